"""A promise against an audit: what holds, what is broken, what nobody can tell."""

from dataclasses import replace
from datetime import timedelta

import pytest

from selfhost.audit.model import Accepted, By, Report, TargetReport
from selfhost.controls import registry
from selfhost.controls.model import Status
from selfhost.controls.registry import controls
from selfhost.policy.catalogue import standards
from selfhost.policy.judge import judge
from selfhost.policy.model import Judged, Sentence, State, overall
from tests.unit.policy.samples import TODAY, policy, promise, report, result, server, without_kept

ALL = "".join(
    f"- id: {name}\n" + ("  at_most: 7\n" if one.sentence.fact else "")
    for name, one in standards().items()
)


def judged(sentence: str, found: Report) -> Judged:
    (one,) = judge(policy(sentence).promise, found, TODAY)
    return one


def test_every_sentence_holds_where_every_control_passes() -> None:
    found = judge(policy(ALL).promise, report(), TODAY)
    assert [one.sentence.id for one in found if one.state is not State.HOLDS] == []
    assert overall(found) is State.HOLDS
    assert all(one.controls or one.sentence.id == "audited-every" for one in found)
    assert not any(one.evidence for one in found)


@pytest.mark.parametrize(
    ("sentence", "control"),
    [
        ("no-recording", "host-recorder"),
        ("no-transcription", "web-transcription"),
        ("no-ai", "jicofo-transcription-url"),
        ("no-third-parties", "web-gravatar"),
        ("no-visitor-log", "nginx-access-log"),
        ("entitled-open-rooms", "prosody-open-rooms"),
    ],
)
def test_each_state_of_a_control_shows_in_its_sentence(sentence: str, control: str) -> None:
    name = control.replace("-", "_")
    broken = judged(f"- id: {sentence}\n", report(server(**{name: Status.FAIL})))
    assert broken.state is State.BROKEN
    (evidence,) = broken.evidence
    assert (evidence.control, evidence.target) == (control, "meet.example.test")
    assert (evidence.outcome, evidence.places) == ("fail", ("/etc/x.conf:7",))
    unclear = judged(f"- id: {sentence}\n", report(server(**{name: Status.UNKNOWN})))
    assert (unclear.state, unclear.evidence[0].outcome) == (State.UNKNOWN, "unknown")
    missing = judged(f"- id: {sentence}\n", report(server(without=[control])))
    assert (missing.state, missing.evidence[0].outcome) == (State.UNKNOWN, "missing")
    absent = judged(f"- id: {sentence}\n", report(server(**{name: Status.NOT_APPLICABLE})))
    assert absent.state is State.HOLDS


def test_what_somebody_answers_for_is_broken_all_the_same() -> None:
    waived = replace(
        result("web-gravatar", Status.FAIL), accepted=Accepted(By.WAIVER, "w.yml:1", "why", "me")
    )
    good = server(without=["web-gravatar"])
    found = judged(
        "- id: no-third-parties\n", report(replace(good, results=(*good.results, waived)))
    )
    assert (found.state, found.evidence[0].outcome) == (State.BROKEN, "waived")


def test_one_server_of_several_breaks_it_and_one_unseen_leaves_it_open() -> None:
    good, bad = server("a"), server("b", web_gravatar=Status.FAIL)
    sentence = "- id: no-third-parties\n"
    assert judged(sentence, report(good, server("b"))).state is State.HOLDS
    assert judged(sentence, report(good, bad)).state is State.BROKEN
    assert judged(sentence, report(good, server("b", ["web-gravatar"]))).state is State.UNKNOWN
    lost = TargetReport("b", "", (), (), (), unreachable="timed out")
    assert judged(sentence, report(good, lost)).state is State.UNKNOWN
    assert judged(sentence, report(bad, lost)).state is State.BROKEN


def outside(status: Status) -> TargetReport:
    """A look from outside, of which one control of third parties is part."""
    seen = result("outside-turn-servers", status, "https://meet.example.test")
    return replace(server("https://meet.example.test"), results=(seen,), kept=())


def test_a_look_from_outside_is_not_needed_but_counts() -> None:
    sentence = "- id: no-third-parties\n"
    assert judged(sentence, report(server(), outside(Status.PASS))).state is State.HOLDS
    assert judged(sentence, report(server(), outside(Status.FAIL))).state is State.BROKEN
    assert judged(sentence, report(server(), outside(Status.UNKNOWN))).state is State.UNKNOWN
    assert judged(sentence, report(outside(Status.PASS))).state is State.UNKNOWN


def test_an_own_sentence_that_names_a_look_from_outside_needs_it() -> None:
    own = "- id: ours\n  text: x\n  controls: [outside-turn-servers]\n"
    assert judged(own, report(server(), outside(Status.PASS))).state is State.HOLDS
    assert judged(own, report(server())).state is State.UNKNOWN


def test_an_audit_of_nothing_leaves_everything_open() -> None:
    found = judge(policy(ALL).promise, report(replace(server(), results=())), TODAY)
    assert {one.state for one in found} == {State.UNKNOWN}


def days(at_most: int, *targets: TargetReport) -> Judged:
    return judged(f"- id: log-days\n  at_most: {at_most}\n", report(*targets))


def test_days_of_logs_against_their_bound() -> None:
    assert days(3).state is State.HOLDS
    over = days(2)
    assert over.state is State.BROKEN
    assert [one.message for one in over.evidence] == ["journal: 3 days", "nginx: 3 days"]
    assert over.evidence[0].control == "host-journal-retention"
    endless = days(300, replace(server(), kept=(("nginx", None), ("journal", 1))))
    assert (endless.state, endless.evidence[0].message) == (State.BROKEN, "nginx: without an end")


def test_days_of_logs_that_cannot_be_told() -> None:
    unclear = [
        server(host_log_rotation=Status.UNKNOWN),
        server(without=["host-journal-retention"]),
        server(container_logs=Status.PASS),
        without_kept(server()),
    ]
    assert [days(7, one).state for one in unclear] == [State.UNKNOWN] * 4
    no_logs = without_kept(server(host_log_rotation=Status.NOT_APPLICABLE))
    assert days(7, no_logs).state is State.UNKNOWN
    assert days(7, server("a"), replace(no_logs, target="b")).state is State.HOLDS
    exceeded = replace(server(host_log_rotation=Status.UNKNOWN), kept=(("journal", 9),))
    assert days(7, exceeded).state is State.BROKEN


def test_how_long_ago_the_audit_was() -> None:
    sentence = Sentence("audited-every", fact="audit-age", at_most=8)
    for ago, state in ((7, State.HOLDS), (8, State.BROKEN)):
        (found,) = judge(promise(sentence), report(), TODAY + timedelta(days=ago))
        assert found.state is state
    (found,) = judge(promise(sentence), report(replace(server(), collected_at="?")), TODAY)
    assert found.state is State.UNKNOWN


def test_what_this_version_does_not_know_leaves_a_sentence_open() -> None:
    """A promise may have been announced by another version: silence is never kept."""
    for sentence in (
        Sentence("ours", controls=("gone-by-now",), text={"en": "x"}),
        Sentence("ours", categories=("gone-by-now",), text={"en": "x"}),
        Sentence("ours", controls=("web-gravatar", "gone-by-now"), text={"en": "x"}),
    ):
        (one,) = judge(promise(sentence), report(), TODAY)
        assert one.state is State.UNKNOWN
        assert "gone-by-now" in f"{one.evidence[0].control} {one.evidence[0].message}"


def test_a_control_is_known_by_its_former_names(monkeypatch: pytest.MonkeyPatch) -> None:
    renamed = tuple(
        replace(one, aliases=("web-faces",)) if one.id == "web-gravatar" else one
        for one in controls()
    )
    monkeypatch.setattr(registry, "controls", lambda: renamed)
    sentence = Sentence("ours", controls=("web-faces",), text={"en": "x"})
    (one,) = judge(promise(sentence), report(), TODAY)
    assert (one.state, one.controls) == (State.HOLDS, ("web-gravatar",))
