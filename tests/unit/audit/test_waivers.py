"""A waived finding stays a finding, has an owner, and comes back on the day after its end."""

from datetime import date
from pathlib import Path

import pytest

from selfhost.audit import profiles, waivers
from selfhost.audit.evaluate import evaluate
from selfhost.audit.model import Outcome, Policy, Report, WaiverState
from selfhost.audit.policy import decide
from selfhost.audit.waivers import Waiver
from selfhost.catalog.profiles import named
from selfhost.controls import examples
from selfhost.controls.model import Control, Severity, Status
from selfhost.controls.registry import controls, digest, find
from selfhost.errors import SettingsError, UsageError
from selfhost.runners import judging
from selfhost.settings.waivers import read_waivers

TODAY = date(2026, 3, 1)
CONTROL = find("jicofo-transcription-url")


def report(control: Control = CONTROL, kind: str = "bad", number: int = 0) -> Report:
    target = evaluate(examples.evidence(control, getattr(control, kind)[number]), [control])
    return Report((target,), Severity.LOW, "1.2.3", len(controls()), digest())


def waiver(**changes: object) -> Waiver:
    given = {
        "control": CONTROL.id,
        "target": "example:*",
        "reason": "A demonstration that nobody takes part in.",
        "owner": "anna@example.org",
        "expires": date(2026, 6, 30),
        "place": "waivers.yml:3",
    }
    return Waiver(**{**given, **changes})  # type: ignore[arg-type]


def test_a_waived_finding_is_no_pass_and_does_not_fail() -> None:
    judged = waivers.apply(report(), [waiver()], TODAY)
    (result,) = judged.results
    assert (result.status, result.outcome) == (Status.FAIL, Outcome.WAIVED)
    assert result.accepted is not None
    assert (result.accepted.owner, result.accepted.expires) == ("anna@example.org", "2026-06-30")
    assert judged.policy is Policy.PASS
    assert (judged.count(Outcome.FAIL), judged.count(Outcome.PASS)) == (0, 0)
    assert judged.waivers[0].state is WaiverState.USED


@pytest.mark.parametrize(
    ("today", "state", "policy"),
    [
        (date(2026, 6, 30), WaiverState.USED, Policy.PASS),
        (date(2026, 7, 1), WaiverState.EXPIRED, Policy.FAIL),
    ],
)
def test_it_counts_up_to_its_last_day(today: date, state: WaiverState, policy: Policy) -> None:
    judged = waivers.apply(report(), [waiver()], today)
    assert (judged.waivers[0].state, judged.policy) == (state, policy)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"target": "other"}, WaiverState.NOT_JUDGED),
        ({"control": "web-gravatar"}, WaiverState.NOT_JUDGED),
        ({"fingerprint": "0" * 32}, WaiverState.UNUSED),
    ],
)
def test_what_does_not_apply_waives_nothing(changes: dict[str, object], state: WaiverState) -> None:
    judged = waivers.apply(report(), [waiver(**changes)], TODAY)
    assert (judged.waivers[0].state, judged.policy) == (state, Policy.FAIL)


def test_its_own_fingerprint_applies() -> None:
    found = report()
    exact = waiver(fingerprint=found.results[0].fingerprint)
    assert waivers.apply(found, [exact], TODAY).policy is Policy.PASS


@pytest.mark.parametrize("kind", ["good", "unclear"])
def test_only_findings_can_be_waived(kind: str) -> None:
    judged = waivers.apply(report(kind=kind), [waiver()], TODAY)
    assert judged.results[0].accepted is None
    assert judged.waivers[0].state is WaiverState.UNUSED
    assert judged.exit_code == report(kind=kind).exit_code
    assert ("unknown" in judged.waivers[0].note) == (kind == "unclear")


# -- the file ---------------------------------------------------------------------------------

GOOD = """waivers:
  - control: jicofo-transcription-url
    target: "*"
    reason: A demonstration that nobody takes part in.
    owner: anna@example.org
    expires: 2026-06-30
"""


def read(folder: Path, text: str) -> tuple[Waiver, ...]:
    path = folder / "waivers.yml"
    path.write_text(text)
    return read_waivers(path, lambda name: find(name).id, TODAY)


def test_a_file(tmp_path: Path) -> None:
    (found,) = read(tmp_path, GOOD)
    assert found.expires == date(2026, 6, 30)
    assert found.place.endswith("waivers.yml:2")
    assert read(tmp_path, "waivers:\n") == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("control: jicofo-transcription-url", "control: jicofo-transcription-ulr", 2, "no control"),
        ("    owner: anna@example.org\n", "", 2, "lacks owner"),
        ("owner: anna@example.org", "owner:", 5, "owner must be text"),
        ("owner: anna@example.org", "ovner: anna", 5, "'ovner'"),
        ("A demonstration that nobody takes part in.", "TODO say why later on", 4, "too little"),
        ("A demonstration that nobody takes part in.", "because", 4, "too little"),
        ("2026-06-30", "someday", 6, "2026-12-31"),
        ("2026-06-30", "2026-13-45", 6, ""),
        ("2026-06-30", "2027-06-30", 6, "more than a year"),
        ("2026-06-30", "2026-06-30 12:00:00", 6, "a day such as"),
        ("waivers:", "waiver:", 1, "'waiver'"),
        ("  - control", "  control", 3, "YAML"),
        ("owner: anna", "fingerprint: xyz\n    owner: anna", 5, "fingerprint"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    assert old in GOOD
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, GOOD.replace(old, new))
    assert f"waivers.yml:{line}" in caught.value.message
    assert says in caught.value.message + caught.value.hint
    assert caught.value.exit_code == 2


# -- profiles ---------------------------------------------------------------------------------


def test_the_strict_profile_takes_no_waivers_and_fails_what_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "waivers.yml"
    path.write_text(GOOD)
    strict = named("strict")
    with pytest.raises(UsageError, match="takes no waivers"):
        judging.waivers(strict, path, None, TODAY)
    assert judging.waivers(strict, None, path, TODAY) == ()
    assert decide(report(kind="unclear"), strict, (), TODAY).policy is Policy.FAIL
    assert decide(report(kind="good"), strict, (), TODAY).policy is Policy.PASS


def test_the_recording_profile_allows_the_own_recorder_only() -> None:
    profile = named("internal-recording-with-consent")
    services = find("docker-recorder-services")
    jibri = decide(report(services, number=0), profile, (), TODAY)
    assert jibri.results[0].outcome is Outcome.ALLOWED
    assert jibri.policy is Policy.PASS
    skynet = decide(report(services, number=1), profile, (), TODAY)
    assert skynet.results[0].outcome is Outcome.FAIL
    transcription = decide(report(), profile, (), TODAY)
    assert transcription.policy is Policy.FAIL


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ('trusted-domains = [ "recorder.meet.example.org" ]', True),
        ('trusted-domains = [ "recorder.meet.example.org", "evil.example" ]', False),
        ('trusted-domains = [ "evil.example" ] // "recorder."', False),
    ],
)
def test_a_mixed_line_is_not_allowed(line: str, allowed: bool) -> None:
    control = find("jicofo-trusted-domains")
    example = control.bad[0]
    text = example.evidence["jicofo.config"].replace(
        'trusted-domains = [ "recorder.meet.example.org" ]', line
    )
    evidence = examples.evidence(control, type(example)({"jicofo.config": text}))
    found = Report((evaluate(evidence, [control]),), Severity.LOW, "1", 1, digest())
    judged = profiles.apply(found, named("internal-recording-with-consent"))
    assert (judged.results[0].outcome is Outcome.ALLOWED) == allowed


def test_profiles_name_controls_that_are_there() -> None:
    from selfhost.catalog.profiles import profiles as every

    for profile in every():
        for relaxation in profile.relaxes:
            assert find(relaxation.control).id == relaxation.control
    assert every()[0].relaxes == ()
