"""The history as small charts."""

import re
import time
from dataclasses import replace

import pytest

from selfhost.reports import charts, html
from tests.unit.reports.samples import full, history, of, target


def numbers(path: str) -> list[tuple[float, float]]:
    first = re.match(r"M([\d.]+) ([\d.]+)", path)
    assert first
    rest = re.findall(r"H([\d.]+)V([\d.]+)", path)
    return [(float(x), float(y)) for x, y in (first.groups(), *rest)]


@pytest.mark.parametrize("count", [0, 1])
def test_one_audit_is_no_history(count: int) -> None:
    assert charts.past(history(count)) is None
    assert "How it was before" not in html.render(of(target("good")), history(count))


def test_a_chart_says_what_is_and_what_was_worst() -> None:
    past = charts.past(history(8))
    assert past is not None
    failed, _ = past.charts
    assert (failed.name, failed.last, failed.worst) == ("Failed", 0, 6)
    assert failed.worst_at.startswith("2024-01-07")
    assert (past.audits, past.failing) == (8, 1)
    points = numbers(failed.path)
    assert len(points) == 8
    assert points == sorted(points, key=lambda point: point[0])
    assert min(y for _, y in points) == points[6][1] < points[0][1] == points[7][1]
    assert failed.dot == points[-1]
    page = html.render(of(target("good")), history(8))
    assert "8 audits from 1 January 2024 to 8 January 2024; 1 of them failed." in page
    assert 'aria-label="Failed over time: 0 now, at most 6 (7 January 2024)"' in page


def test_many_audits_are_drawn_with_the_worst_of_each_stretch() -> None:
    past = charts.past(history(1000))
    assert past is not None
    points = numbers(past.charts[0].path)
    assert len(points) <= 242
    assert all(y <= charts.HEIGHT / 2 for _, y in points[1:-1]), (
        "of four days, one had half of the worst"
    )
    assert len(past.recent) == 8
    assert past.recent[0].id == 1000


@pytest.mark.parametrize("at", ["", "no time", "2024-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_times_that_are_none_or_all_the_same_draw_something(at: str) -> None:
    past = charts.past([replace(entry, at=at) for entry in history(5)])
    assert past is not None
    for chart in past.charts:
        assert all(
            0 <= x <= charts.WIDTH and 0 <= y <= charts.HEIGHT for x, y in numbers(chart.path)
        )


def test_what_a_later_version_kept_is_shown_as_it_is() -> None:
    entries = list(history(3))
    odd = replace(entries[2].changes[0], change="<b>odd\x1b")
    page = html.render(of(target("good")), [*entries[:2], replace(entries[2], changes=(odd,))])
    assert "1 &lt;b&gt;odd\\x1b" in page


def test_a_report_with_a_thousand_audits_before_it_is_soon_there() -> None:
    entries = history(1000)
    started = time.process_time()
    assert "1000 audits" in html.render(full(), entries)
    assert time.process_time() - started < 1.0
