"""The page in real Chromium: axe-core finds nothing, light and dark, from a phone to a desk."""

import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from selfhost.audit.evaluate import evaluate
from selfhost.audit.model import TargetReport
from selfhost.browser import printing
from selfhost.controls import examples
from selfhost.controls.registry import controls
from selfhost.reports import html
from tests.unit.browser.chromium_page import ShownPage, chromium_page
from tests.unit.reports.samples import full, history, of, partial, target

WIDTHS = (360, 768, 1440)


def many(kind: str, each: int = 8) -> TargetReport:
    """Every so many controls, each on an example of its own."""
    found = [
        evaluate(examples.evidence(control, getattr(control, kind)[0]), [control])
        for control in controls()[::each]
        if getattr(control, kind)
    ]
    results = [replace(one, target="meet.example.org") for each in found for one in each.results]
    return replace(found[0], target="meet.example.org", results=tuple(results))


PAGES: dict[str, Callable[[], str]] = {
    "nothing": lambda: html.render(of()),
    "passing": lambda: html.render(of(many("good")), history(30)),
    "many findings": lambda: html.render(of(many("bad"))),
    "several hosts": lambda: html.render(of(many("bad", 24), target("good"), many("unclear", 12))),
    "partial": lambda: html.render(partial()),
    "hostile": lambda: html.render(full(), history(5)),
}


@pytest.fixture(scope="module")
def page() -> Iterator[ShownPage]:
    with chromium_page() as shown:
        yield shown


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(page: ShownPage, name: str) -> None:
    page.show(PAGES[name]())
    for width in WIDTHS:
        page.look(width)
        assert page.violations() == [], width
        page.look(width, dark=True)  # which changes colours, and nothing else
        assert page.violations("color-contrast") == [], width


def test_axe_would_find_something(page: ShownPage) -> None:
    """The checker looks: the same page, spoilt."""
    text = html.render(of(target("bad")))
    spoilt = (
        text.replace('<html lang="en">', "<html>")
        .replace(' role="img" aria-label="', ' role="img" data-x="', 1)
        .replace("<h1>", "<h5>")
    )
    page.show(spoilt)
    page.look(1440)
    assert {"html-has-lang", "svg-img-alt"} <= {one["rule"] for one in page.violations()}


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_the_screen(page: ShownPage, name: str) -> None:
    page.show(PAGES[name]())
    for width in (320, *WIDTHS):
        page.look(width)
        page.value("document.querySelectorAll('details').forEach(one => one.open = true)")
        wide = page.value(
            "[...document.querySelectorAll('main *, header *, footer *')]"
            ".filter(one => !one.closest('svg, thead, .skip')"
            " && one.getBoundingClientRect().right > innerWidth + 1)"
            ".slice(0, 3).map(one => one.outerHTML.slice(0, 200))"
        )
        assert wide == [], width
        assert page.value("document.documentElement.scrollWidth <= innerWidth"), width


def test_one_picture_is_shown_and_its_words_stay_within(page: ShownPage) -> None:
    page.show(html.render(of(many("bad"))))
    for width, shown in ((320, "tall"), (360, "tall"), (768, "wide"), (1440, "wide")):
        page.look(width)
        visible = "[...document.querySelectorAll('.picture > svg')].filter(e => e.clientWidth)"
        assert page.value(f"{visible}.map(one => one.getAttribute('class'))") == [shown]
        outside = page.value(
            f"(svg => [...svg.querySelectorAll('text')].filter(one => {{"
            " const box = one.getBBox(), all = svg.viewBox.baseVal;"
            " return box.x < -1 || box.x + box.width > all.width + 1"
            " || box.y + box.height > all.height + 1; })"
            f".map(one => one.textContent))({visible}[0])"
        )
        assert outside == [], width


def test_what_travels_to_the_server_is_written_before_its_wall(page: ShownPage) -> None:
    page.show(html.render(of(many("unclear"))))
    page.look(1440)
    through = page.value(
        "(svg => { const wall = svg.querySelector('.frame').getBBox();"
        " return [...svg.querySelectorAll('.carries')].map(one => [one.textContent, one.getBBox()])"
        ".filter(([_, box]) => box.x < wall.x && box.y > wall.y && box.x + box.width > wall.x - 6)"
        ".map(([text, _]) => text); })(document.querySelector('.picture > .wide'))"
    )
    assert through == []


def test_a_long_name_of_a_host_leaves_the_other_columns_their_words(page: ShownPage) -> None:
    name = f"{'a' * 63}.{'b' * 63}.example.org"
    found = many("bad", 24)
    results = tuple(replace(one, target=name) for one in found.results)
    page.show(html.render(of(replace(found, target=name, results=results), target("good"))))
    for width in (768, 1440):
        page.look(width)
        page.value("document.querySelectorAll('details').forEach(one => one.open = true)")
        broken = page.value(
            "[...document.querySelectorAll('.flow td:nth-child(2)')].flatMap(cell => {"
            " const text = cell.firstChild, range = document.createRange();"
            " return [...text.data.matchAll(/[a-z]+/g)].filter(word => {"
            " range.setStart(text, word.index); range.setEnd(text, word.index + word[0].length);"
            " return range.getClientRects().length > 1; }).map(word => word[0]); })"
        )
        assert broken == [], width


def test_on_paper_no_heading_is_left_at_the_end_of_a_page(tmp_path: Path) -> None:
    """Of many hosts, so that headings come to lie anywhere."""
    found = many("bad", 8).results
    hosts = [
        replace(target("bad"), target=f"host-{number}", results=found[number : 2 * number])
        for number in range(1, len(found) // 2, 2)
    ]
    file = tmp_path / "r.pdf"
    file.write_bytes(printing.pdf(html.render(of(*hosts))))
    text = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True
    ).stdout
    pages = [
        [line.strip() for line in one.splitlines() if line.strip()] for one in text.split("\f")
    ]
    assert any(line.startswith("Findings (") for one in pages for line in one)
    for one in filter(None, pages):
        *_, last, number = one
        assert re.fullmatch(r"\d+ / \d+", number)
        assert not re.match(r"Findings \(|Collected ", last), one


def test_the_keyboard_reaches_all_that_can_be_used(page: ShownPage) -> None:
    page.show(html.render(of(many("bad"))))
    page.look(1440)
    usable = page.value("document.querySelectorAll('a[href], summary').length")
    assert usable > 10
    assert page.value(
        "[...document.querySelectorAll('a[href], summary')].every(one =>"
        " { one.focus(); return document.activeElement === one; })"
    )
    page.value("document.querySelector('.skip').focus()")
    assert page.value("document.querySelector('.skip').getBoundingClientRect().left >= 0")
