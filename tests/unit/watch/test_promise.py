"""The watch tells when the promise is not kept, also where the audit itself passes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from selfhost.audit.model import Accepted, By, Report, TargetReport
from selfhost.controls.model import Status
from selfhost.policy import keep
from selfhost.watch.look import Watched, look
from selfhost.watch.notice import Kind, Notice
from tests.unit.policy.samples import HEAD, TODAY, report, server

Watch = Callable[..., list[Notice]]


class Kept:
    """A channel that keeps what it is told."""

    name = "kept"

    def __init__(self) -> None:
        self.told: list[Notice] = []

    def send(self, notice: Notice) -> None:
        self.told.append(notice)


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    """Looks, a day after each other, of a site that promises three things."""
    (tmp_path / "policy.yml").write_text(
        f"{HEAD}promise:\n- id: no-third-parties\n- {{id: log-days, at_most: 3}}\n- id: no-ai\n"
    )
    keep.announce(tmp_path, TODAY, None)
    looks = iter(range(100))

    def watch_it(found: Report) -> list[Notice]:
        channel = Kept()
        day: date = TODAY + timedelta(days=next(looks))
        at = f"{day}T04:00:00Z"
        targets = tuple(
            replace(one, collected_at="" if one.unreachable else at) for one in found.targets
        )
        watched = Watched(tmp_path, "meet", [channel], print)
        look(watched, lambda: replace(found, targets=targets), at)
        return [one for one in channel.told if "promise" in one.details or one.kind is Kind.BLIND]

    return watch_it


def lines(notices: list[Notice]) -> list[str]:
    return [line.partition(":")[0] for one in notices for line in one.lines if line][:-1]


def test_a_sentence_that_is_not_kept_is_told_once_and_when_it_is_again(watch: Watch) -> None:
    assert watch(report()) == []
    broken = report(server(web_gravatar=Status.FAIL, host_ai_programs=Status.UNKNOWN))
    (told,) = watch(broken)
    assert told.kind is Kind.WORSE
    assert told.subject == "meet: of what is promised, 1 not kept, 1 cannot be told"
    assert told.lines[0].startswith("not kept: Nothing of a meeting goes to other companies")
    assert told.lines[0].endswith("(web-gravatar)")
    assert watch(broken) == []
    (again,) = watch(report())
    assert (again.kind, lines([again])) == (Kind.CHANGED, ["kept again", "kept again"])


def test_where_the_audit_passes_and_the_promise_is_broken_all_the_same(watch: Watch) -> None:
    good = server()
    waived = tuple(
        replace(one, status=Status.FAIL, accepted=Accepted(By.WAIVER, "w", "because", "me"))
        if one.control == "web-gravatar"
        else one
        for one in good.results
    )
    assert lines(watch(report(replace(good, results=waived)))) == ["not kept"]
    longer = replace(good, results=waived, kept=(("nginx", 7), ("journal", 3)))
    (told,) = watch(report(longer))
    assert told.details["promise"] == [{"id": "log-days", "state": "broken"}]


def test_of_a_host_that_is_lost_that_is_told_alone(watch: Watch) -> None:
    lost = TargetReport("b", "", (), (), (), unreachable="no route")
    assert [one.kind for one in watch(report(server(), lost))] == [Kind.BLIND]


def test_a_damaged_file_of_changes_is_loud(watch: Watch, tmp_path: Path) -> None:
    (tmp_path / keep.CHANGES).write_text("{}\n")
    assert [one.kind for one in watch(report())] == [Kind.BLIND]


def test_without_a_promise_nothing_is_told_of_it(watch: Watch, tmp_path: Path) -> None:
    (tmp_path / keep.CHANGES).unlink()
    assert watch(report(server(web_gravatar=Status.FAIL))) == []
