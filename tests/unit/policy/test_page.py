"""What participants are told."""

from datetime import timedelta

from selfhost.controls.model import Status
from selfhost.policy.in_force import InForce, announced, in_force
from selfhost.policy.model import Sentence, State
from selfhost.policy.page import told
from tests.unit.policy.samples import TODAY, policy, report, server

FIRST = policy("- id: no-third-parties\n- {id: log-days, at_most: 3}\n- id: no-ai\n").promise
LATER = policy("- id: no-ai\n- {id: log-days, at_most: 7}\n- id: no-streaming\n").promise


def test_sentences_states_and_what_was_announced() -> None:
    first = announced((), FIRST, TODAY)
    changes = (first, announced((first,), LATER, TODAY + timedelta(days=1)))
    audit = report(server(web_gravatar=Status.FAIL, host_ai_programs=Status.UNKNOWN))
    found = told(in_force(changes, TODAY + timedelta(days=2)), audit, TODAY, "de")
    assert found is not None
    assert (found.since, found.digest) == (TODAY, FIRST.digest)
    assert [(one.id, one.state) for one in found.lines] == [
        ("no-third-parties", State.BROKEN),
        ("log-days", State.HOLDS),
        ("no-ai", State.UNKNOWN),
    ]
    assert found.lines[1].text == "Protokolle werden höchstens 3 Tage aufbewahrt."
    assert found.lines[1].controls == ("host-log-rotation", "host-journal-retention")
    (change,) = found.changes
    assert change.effective == TODAY + timedelta(days=15)
    assert [one.split(":")[0] for one in change.differences] == [
        "Nicht mehr zugesagt",
        "Bisher",
        "Neu",
    ]
    assert "3 Tage aufbewahrt. Künftig: Protokolle werden höchstens 7 Tage" in change.differences[1]
    after = told(in_force(changes, TODAY + timedelta(days=15)), audit, TODAY, "en")
    assert after is not None
    assert (after.digest, after.changes) == (LATER.digest, ())


def test_no_promise_no_lines() -> None:
    assert told(InForce(), report(), TODAY, "en") is None


def test_a_sentence_that_is_checked_otherwise_is_told_too() -> None:
    own = "- id: ours\n  text: x\n  controls: [web-gravatar]\n"
    first = announced((), policy(own).promise, TODAY)
    weaker = policy(own.replace("web-gravatar", "web-giphy")).promise
    changes = (first, announced((first,), weaker, TODAY))
    found = told(in_force(changes, TODAY), report(), TODAY, "en")
    assert found is not None
    assert found.changes[0].differences == ("Checked in another way: x",)
    assert weaker.sentence("ours") == Sentence("ours", ("web-giphy",), text={"en": "x"})
