"""What the page tells follows from the report, and nothing is said that was not found."""

from dataclasses import replace
from datetime import timedelta

import pytest

from selfhost.audit.model import TargetReport
from selfhost.errors import UsageError
from selfhost.page.facts import RECORDING, unpromised
from selfhost.page.model import Held, Page, State
from selfhost.policy.in_force import Change, InForce
from selfhost.policy.model import Promise, Sentence
from tests.unit.page.conftest import AUDITED, JUDGED, NOW, REPORT, STATEMENT, Make

AI = "jicofo-transcription-url"


def ids(page: Page, held: Held) -> set[str]:
    return {one.id for one in page.those(held)}


def test_all_that_passed_is_said(made: Make) -> None:
    page = made()
    assert page.state is State.VALID
    assert page.those(Held.CONFIRMED) == unpromised("private").sentences
    assert {"no-recording", "no-ai", "no-third-parties"} <= ids(page, Held.CONFIRMED)
    assert page.kept == (("jicofo", 3), ("nginx", 1))
    assert page.until is not None
    assert timedelta() <= STATEMENT.expires - page.until < timedelta(hours=3)


@pytest.mark.parametrize(
    ("outcome", "held", "state"),
    [
        ("fail", Held.BROKEN, State.FAILED),
        ("waived", Held.EXCEPTED, State.EXCEPTIONS),
        ("allowed", Held.EXCEPTED, State.EXCEPTIONS),
        ("unknown", Held.OPEN, State.PARTIAL),
        ("not-applicable", Held.CONFIRMED, State.VALID),
    ],
)
def test_one_control_decides(made: Make, outcome: str, held: Held, state: State) -> None:
    page = made({AI: outcome})
    assert "no-ai" in ids(page, held)
    assert page.state is state


def test_a_finding_that_was_told_not_to_fail_is_one_all_the_same(made: Make) -> None:
    page = made({AI: "fail"}, report=replace(REPORT, fail_on=None))
    assert page.state is State.FAILED


def test_what_is_not_applicable_everywhere_is_not_said(made: Make) -> None:
    nothing = {one.id: "not-applicable" for one in JUDGED if one.category == "ai"}
    page = made(nothing)
    assert ids(page, Held.OPEN) == {"no-ai"}
    assert page.state is State.EXCEPTIONS


def test_a_server_that_was_not_reached_leaves_all_open(made: Make) -> None:
    lost = TargetReport("b", "", (), (), (), unreachable="gone")
    page = made(report=replace(REPORT, targets=(*REPORT.targets, lost)))
    assert page.state is State.PARTIAL
    assert page.those(Held.CONFIRMED) == ()
    assert page.servers == 2


def test_a_report_that_reached_nothing_makes_no_page(made: Make) -> None:
    lost = TargetReport("b", "", (), (), (), unreachable="gone")
    with pytest.raises(UsageError, match="reached no server"):
        made(report=replace(REPORT, targets=(lost,)))


def test_the_longest_of_several_servers_counts(made: Make) -> None:
    other = replace(REPORT.targets[0], kept=(("jicofo", None), ("nginx", 9)))
    page = made(report=replace(REPORT, targets=(*REPORT.targets, other)))
    assert page.kept == (("jicofo", None), ("nginx", 9))


def test_the_profile_that_allows_recording_is_told(made: Make) -> None:
    page = made({"host-recorder": "allowed"}, profile=RECORDING)
    assert page.recording
    assert ids(page, Held.EXCEPTED) == {"no-recording"}
    assert {"recording-with-consent", "no-ai", "no-third-parties"} <= ids(page, Held.CONFIRMED)


def test_the_operators_promise_is_what_is_told(made: Make) -> None:
    own = Sentence("ours", controls=(AI,), text={"en": "Our own."})
    promise = Promise(30, (own, Sentence("log-days", fact="log-days", at_most=2)))
    day = NOW.date()
    page = made(promised=InForce(now=Change(day, day, promise)))
    assert ids(page, Held.CONFIRMED) == {"ours"}
    assert ids(page, Held.BROKEN) == {"log-days"}, "3 days are kept"


def test_a_failed_audit_and_a_later_one(made: Make) -> None:
    assert made({"web-gravatar": "fail"}).state is State.FAILED
    later = made({"web-gravatar": "fail"}, signed=False)
    assert (later.state, later.until) == (State.FAILED, None)
    assert made(signed=False).state is State.EXPIRED, "nobody vouches for it"


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


def test_a_bound_that_was_measured_is_confirmed_though_no_control_judges_it(made: Make) -> None:
    """As the first policy has it, which could not be published as valid otherwise."""
    promise = Promise(14, (Sentence("audited-every", fact="audit-age", at_most=8),))
    day = NOW.date()
    page = made(promised=InForce(Change(day, day, promise)))
    assert ids(page, Held.CONFIRMED) == {"audited-every"}
    assert page.state is State.VALID
    late = made(
        now=NOW + timedelta(days=9), promised=InForce(Change(day, day, promise)), signed=False
    )
    assert ids(late, Held.BROKEN) == {"audited-every"}
