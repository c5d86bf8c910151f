"""What the page tells follows from the report, and nothing is said that was not found."""

from datetime import timedelta
from typing import Any

import pytest

from selfhost.controls.registry import controls, find
from selfhost.errors import UsageError
from selfhost.page import facts
from selfhost.page.model import Held, State
from tests.unit.page.conftest import AUDITED, NOW, STATEMENT, Make


def test_all_that_passed_is_said(made: Make) -> None:
    page = made()
    assert page.state is State.VALID
    assert page.those(Held.CONFIRMED) == tuple(entry["id"] for entry in facts.entries())
    assert page.kept == (("jicofo", 3), ("nginx", 1))
    assert page.until is not None
    assert timedelta() <= STATEMENT.expires - page.until < timedelta(hours=3)


def test_every_sentence_rests_on_controls_that_there_are() -> None:
    for entry in facts.entries():
        bound = facts.bound(entry, controls())
        assert bound
        for name in bound:
            find(name)  # raises for one that is not there


@pytest.mark.parametrize(
    ("outcome", "held", "state"),
    [
        ("fail", Held.BROKEN, State.FAILED),
        ("waived", Held.EXCEPTED, State.EXCEPTIONS),
        ("allowed", Held.EXCEPTED, State.EXCEPTIONS),
        ("unknown", Held.OPEN, State.EXCEPTIONS),
        ("not-applicable", Held.CONFIRMED, State.VALID),
    ],
)
def test_one_control_decides(made: Make, outcome: str, held: Held, state: State) -> None:
    page = made({"jicofo-transcription-url": outcome})
    assert {one.id: one.held for one in page.sentences}["ai"] is held
    assert page.state is state


def test_what_nobody_looked_at_is_not_said(made: Make) -> None:
    nothing = {control.id: "not-applicable" for control in controls() if control.category == "ai"}
    assert "ai" in made(nothing).those(Held.OPEN)


def test_a_server_that_was_not_reached_leaves_all_open(
    made: Make, document: dict[str, Any]
) -> None:
    lost = {"target": "b", "collected_at": "", "unreachable": "gone", "out_of_scope": []}
    document["targets"].append(lost)
    page = made(evidence="partial")
    assert page.state is State.PARTIAL
    assert page.those(Held.CONFIRMED) == ()
    assert page.servers == 2


def test_what_was_not_given_leaves_its_sentence_open(made: Make, document: dict[str, Any]) -> None:
    document["targets"][0]["out_of_scope"] = ["nginx-access-log"]
    assert made().those(Held.OPEN) == ("visits",)


def test_the_longest_of_several_servers_counts(made: Make, document: dict[str, Any]) -> None:
    kept = [{"log": "jicofo", "days": None}, {"log": "nginx", "days": 9}]
    document["targets"].append({**document["targets"][0], "kept": kept})
    assert made().kept == (("jicofo", None), ("nginx", 9))


def test_a_failed_audit_and_a_later_one(made: Make) -> None:
    assert made(policy="fail").state is State.FAILED
    later = made(policy="fail", signed=False)
    assert (later.state, later.until) == (State.FAILED, None)


@pytest.mark.parametrize(
    ("later", "state"),
    [
        (timedelta(days=7, hours=20), State.VALID),
        (timedelta(days=7, hours=23), State.EXPIRED),  # its last step has begun
        (timedelta(days=9), State.EXPIRED),
    ],
)
def test_it_expires(made: Make, later: timedelta, state: State) -> None:
    assert made(now=AUDITED + later).state is state


def test_a_report_that_is_not_whole_is_told() -> None:
    with pytest.raises(UsageError, match="not whole"):
        facts.page({"targets": []}, STATEMENT, controls(), NOW, signed=True)
