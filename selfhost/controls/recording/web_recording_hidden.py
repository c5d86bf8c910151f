from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
    unknown,
)
from selfhost.controls.predicates import first_unknown, judge_setting, setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, every, falsy, is_true, web, without
from selfhost.effective.config import Config
from selfhost.effective.server import Server

SOUNDS = (
    "RECORDING_ON_SOUND",
    "RECORDING_OFF_SOUND",
    "LIVE_STREAMING_ON_SOUND",
    "LIVE_STREAMING_OFF_SOUND",
)
NOTICES = (
    "recording.",
    "localRecording.",
    "liveStreaming.",
    "transcribing.",
    "dialog.recording",
    "dialog.liveStreaming",
    "dialog.transcribing",
    "notify.localRecordingStarted",
    "notify.localRecordingStopped",
)


def check(server: Server) -> Iterator[Verdict]:
    """The label, the sounds, the notices, the header."""
    keys = every(
        setting(web, "hideRecordingLabel", judge=falsy("the recording label hides itself")),
        setting(web, "disableRecordAudioNotification", judge=falsy("recording makes no sound")),
        setting(web, "disabledSounds", judge=without(SOUNDS, "recording makes no sound")),
        setting(web, "disabledNotifications", judge=without(NOTICES, "notices are held back")),
        setting(web, "notifications", judge=_shows),
    )
    yield from keys(server)
    for config in server.web:
        yield _header(config)


def _shows(value: object) -> str | None:
    """``notifications`` is a list of the only ones shown; nothing or false means all."""
    if not is_true(value) or not isinstance(value, list):
        return None
    if {"dialog.recording", "dialog.transcribing"} <= {v for v in value if isinstance(v, str)}:
        return None
    return "only the listed notices are shown, and recording or transcription is not among them"


def _header(config: Config) -> Verdict:
    """If either list is given, the label must be in one of them."""
    node = config.get("conferenceInfo")
    if node is None or not isinstance(node.value, dict):
        return judge_setting(config, "conferenceInfo", lambda _value: None, None)
    shown: list[object] = []
    for part in ("alwaysVisible", "autoHide"):
        items = config.get(f"conferenceInfo.{part}")
        hole = first_unknown(items) if items is not None else None
        if hole is not None:
            return unknown(f"conferenceInfo.{part} cannot be told", Cited.node(part, hole))
        value = items.plain() if items is not None else None
        shown += value if isinstance(value, list) else ["recording"]
    where = Cited.node("conferenceInfo", node)
    if "recording" in shown:
        return passed("conferenceInfo shows the recording label", where)
    return fail("conferenceInfo: the recording label is in neither list and never shown", where)


CONTROL = Control(
    id="web-recording-hidden",
    title="Recording and transcription stay visible and audible",
    category=Category.RECORDING,
    severity=Severity.HIGH,
    component="web",
    needs=("web.config",),
    risk=(
        "These keys take away the label, the sound or the notice by which people "
        "learn that they are being recorded, streamed or transcribed. " + BY_LINK
    ),
    upstream_default="shown and sounded",
    fix=Fix(
        by_hand="Remove hideRecordingLabel, disableRecordAudioNotification and, from "
        "disabledSounds and disabledNotifications, everything about recording, "
        "streaming and transcription."
    ),
    references=(
        "jitsi/jitsi-meet: config.js",
        "jitsi/jitsi-meet: react/features/base/config/reducer.ts",
    ),
    gdpr="Art. 5(1)(a), 13",
    surfaces=(
        "web-hide-recording-label",
        "web-recording-sound-off",
        "web-recording-notification-off",
        "web-conference-info-hides-recording",
    ),
    check=check,
    bad=(
        served("var config = {\n  hideRecordingLabel: true,\n};\n", at=2),
        served("var config = { disableRecordAudioNotification: true };\n", at=1),
        served("var config = {};\nconfig.disabledSounds = ['RECORDING_ON_SOUND'];\n", at=2),
        served("var config = {\n  disabledNotifications: ['dialog.recording'],\n};\n", at=2),
        served("var config = {\n  notifications: ['notify.raisedHand'],\n};\n", at=2),
        served(
            "var config = {\n  conferenceInfo: { alwaysVisible: [], autoHide: ['subject'] },\n};\n",
            at=2,
        ),
    ),
    good=(
        served("var config = {};\n"),
        served(
            "var config = { disabledSounds: ['PARTICIPANT_JOINED_SOUND'], "
            "disabledNotifications: ['notify.raisedHand'] };\n",
            note="other sounds and notices",
        ),
        served(
            "var config = { notifications: null, conferenceInfo: { autoHide: "
            "['recording'], alwaysVisible: [] } };\n"
        ),
        served("var config = {\n  // hideRecordingLabel: true,\n};\n", note="a comment"),
        NO_WEB,
    ),
    unclear=(
        served("var config = { disabledSounds: [window.name] };\n"),
        BROKEN,
    ),
)
