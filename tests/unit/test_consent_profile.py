"""Recording inside the own house, with consent: what the roles write, audited by its profile."""

from pathlib import Path

import pytest

from selfhost.audit import profiles
from selfhost.audit.evaluate import evaluate
from selfhost.audit.model import Outcome, Policy, Report
from selfhost.catalog.profiles import named
from selfhost.controls.registry import controls
from selfhost.page.facts import RECORDING
from selfhost.runners import judging
from selfhost.targets.parse import parse_target
from tests.unit.test_render_and_audit import collected

#: What an operator sets for it.
RECORDER: dict[str, object] = {
    "privacy_never_packages": ["jigasi", "jitsi-upload-integrations"],
    "web_recording_service": True,
    "jicofo_jibri_brewery": "JibriBrewery@internal.auth.meet.example.org",
}


def judged(folder: Path) -> Report:
    report = evaluate(parse_target(str(folder)).collect(), controls())
    return profiles.apply(judging.report([report], controls(), "low"), named(RECORDING))


def those(report: Report, outcome: Outcome) -> set[str]:
    return {result.control for result in report.results if result.outcome is outcome}


def test_a_recorder_of_the_own_host_is_allowed_and_nothing_else_is_open(tmp_path: Path) -> None:
    collected(tmp_path, **RECORDER)
    report = judged(tmp_path)
    assert those(report, Outcome.FAIL) == set()
    assert those(report, Outcome.UNKNOWN) == set()
    assert report.policy is Policy.PASS
    assert those(report, Outcome.ALLOWED) == {
        "host-never-packages",
        "jicofo-auto-owner",
        "jicofo-jibri-brewery",
        "jicofo-trusted-domains",
        "prosody-default-permissions",
        "web-hidden-domain",
        "web-recording-service",
    }
    assert {"web-recording-consent", "web-recording-hidden", "prosody-token-features"} <= those(
        report, Outcome.PASS
    )


@pytest.mark.parametrize(
    ("variable", "value", "control"),
    [
        ("web_live_streaming", True, "web-live-streaming"),
        ("web_transcription", True, "web-transcription"),
        ("web_transcription", True, "prosody-default-permissions"),
        ("jicofo_transcription_url_template", "wss://a.example", "jicofo-transcription-url"),
        ("web_audio_translation", True, "web-audio-translation"),
        ("web_gravatar", True, "web-gravatar"),
        ("privacy_never_packages", ["jibri"], "host-never-packages"),
        ("privacy_never_packages", [], "host-never-packages"),
        ("web_third_party_requests", True, "web-third-party-requests"),
    ],
)
def test_ai_streaming_and_third_parties_are_none_of_it(
    tmp_path: Path, variable: str, value: object, control: str
) -> None:
    collected(tmp_path, **{**RECORDER, variable: value})
    report = judged(tmp_path)
    assert control in those(report, Outcome.FAIL)
    assert report.policy is Policy.FAIL


@pytest.mark.parametrize(
    ("line", "control"),
    [
        ("config.recordings.requireConsent = false;", "web-recording-consent"),
        ("config.recordings.skipConsentInMeeting = true;", "web-recording-consent"),
        ("config.hideRecordingLabel = true;", "web-recording-hidden"),
        ("config.disabledSounds = ['RECORDING_ON_SOUND'];", "web-recording-hidden"),
        ("config.recordingService.sharingEnabled = true;", "web-recording-shared-by-link"),
        ("config.dropbox = {appKey: 'k'};", "web-dropbox"),
    ],
)
def test_without_consent_or_notice_it_fails(tmp_path: Path, line: str, control: str) -> None:
    collected(tmp_path, **RECORDER)
    (config,) = tmp_path.glob("**/meet.example.org-config.js")
    config.write_text(config.read_text() + f"\n{line}\n")
    report = judged(tmp_path)
    assert control in those(report, Outcome.FAIL)
    assert report.policy is Policy.FAIL


def test_the_right_to_record_is_all_that_moderators_may_get(tmp_path: Path) -> None:
    collected(tmp_path, **RECORDER)
    (file,) = tmp_path.glob("**/prosody/conf.d/selfhost.cfg.lua")
    text = file.read_text()
    for right in ("livestreaming", "transcription"):
        assert f"    {right} = false;" in text
        file.write_text(text.replace(f"    {right} = false;", f"    {right} = true;"))
        assert "prosody-default-permissions" in those(judged(tmp_path), Outcome.FAIL)
