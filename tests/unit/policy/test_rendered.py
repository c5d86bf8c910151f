"""The promise against what the roles write: kept by default, broken by settings that break it."""

from datetime import date
from pathlib import Path

import pytest

from selfhost.audit.evaluate import evaluate
from selfhost.controls.registry import controls
from selfhost.policy.catalogue import standards
from selfhost.policy.judge import judge
from selfhost.policy.model import State
from selfhost.policy.start import starting
from tests.unit.policy.samples import policy, report
from tests.unit.test_render_and_audit import collected

ALL = "".join(
    f"- id: {name}\n" + ("  at_most: 3\n" if one.sentence.fact else "")
    for name, one in standards().items()
    if one.fits("private")
)


def states(folder: Path, **settings: object) -> dict[str, State]:
    target = evaluate(collected(folder, **settings), controls())
    today = date.fromisoformat(target.collected_at[:10])
    return {one.sentence.id: one.state for one in judge(policy(ALL).promise, report(target), today)}


def test_by_default_nothing_is_broken_and_what_files_show_holds(tmp_path: Path) -> None:
    found = states(tmp_path)
    assert State.BROKEN not in found.values()
    held = {name for name, state in found.items() if state is State.HOLDS}
    assert held >= {"no-streaming", "log-days", "rooms-are-forgotten", "entitled-open-rooms"}
    assert found["no-recording"] is State.UNKNOWN, "files do not show what runs"


BREAKING = {
    "web_local_recording": (True, "no-recording"),
    "web_live_streaming": (True, "no-streaming"),
    "web_transcription": (True, "no-transcription"),
    "jicofo_translation_url_template": ("wss://tts.example.com", "no-ai"),
    "web_gravatar": (True, "no-third-parties"),
    "web_feedback_percentage": (10, "no-statistics"),
    "privacy_log_days": (4, "log-days"),
    "web_access_log": (True, "no-visitor-log"),
    "site_authentication": ("none", "entitled-open-rooms"),
}


def test_settings_break_their_sentences(tmp_path: Path) -> None:
    found = states(tmp_path, **{name: value for name, (value, _) in BREAKING.items()})
    broken = {name for name, state in found.items() if state is State.BROKEN}
    assert broken == {sentence for _, sentence in BREAKING.values()}


@pytest.mark.parametrize("setting", BREAKING)
def test_a_first_policy_leaves_out_what_a_setting_breaks(setting: str) -> None:
    value, sentence = BREAKING[setting]
    text = starting("x", "y", "private", {setting: value}, None, date(2026, 11, 28))
    if sentence == "log-days":
        assert f"- id: log-days\n    at_most: {value}\n" in text
    else:
        assert f"# Left out: {setting} is " in text
        assert f"  # - id: {sentence}\n" in text
