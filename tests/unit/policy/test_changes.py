"""What is told of a change."""

from dataclasses import replace

from selfhost.policy.changes import described
from selfhost.policy.model import Sentence
from tests.unit.policy.samples import policy

FIRST = policy("- id: no-third-parties\n- {id: log-days, at_most: 3}\n- id: no-ai\n").promise
LATER = policy("- id: no-ai\n- {id: log-days, at_most: 7}\n- id: no-streaming\n").promise


def test_what_ends_changes_and_begins() -> None:
    found = described(FIRST, LATER, "de")
    assert [one.split(":")[0] for one in found] == ["Nicht mehr zugesagt", "Bisher", "Neu"]
    assert "3 Tage aufbewahrt. Künftig: Protokolle werden höchstens 7 Tage" in found[1]


def test_the_same_promise_changes_nothing() -> None:
    assert described(FIRST, FIRST, "en") == []


def test_a_sentence_that_is_checked_otherwise_is_told_too() -> None:
    own = "- id: ours\n  text: x\n  controls: [web-gravatar]\n"
    weaker = policy(own.replace("web-gravatar", "web-giphy")).promise
    assert described(policy(own).promise, weaker, "en") == ["Checked in another way: x"]
    assert weaker.sentence("ours") == Sentence("ours", ("web-giphy",), text={"en": "x"})


def test_a_shorter_notice_is_told_too() -> None:
    (told,) = described(FIRST, replace(FIRST, notice_days=FIRST.notice_days - 1), "en")
    assert told == (
        f"Changes are announced {FIRST.notice_days - 1} days before, "
        f"instead of {FIRST.notice_days}."
    )
