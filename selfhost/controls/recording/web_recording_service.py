from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, either, every, falsy, web

CONTROL = Control(
    id="web-recording-service",
    title="The recording button is not offered",
    category=Category.RECORDING,
    severity=Severity.CRITICAL,
    component="web",
    needs=("web.config",),
    risk=(
        "The button calls a recorder into the room: a hidden browser that films "
        "the meeting and leaves a file on a server. " + BY_LINK
    ),
    upstream_default="off",
    fix=Fix(
        variable="web_recording_service",
        value="false",
        by_hand="Remove recordingService, enableRecording and the old fileRecordings… keys "
        "from config.js.",
    ),
    references=(
        "jitsi/jitsi-meet: config.js",
        "jitsi/jitsi-meet: react/features/base/config/reducer.ts",
    ),
    gdpr="Art. 6, 13",
    surfaces=(
        "web-recording-service",
        "web-recording-legacy-switch",
        "url-hash-recording-keys",
        "web-recording-audio-video-default",
    ),
    check=every(
        either(
            "recordingService.enabled",
            wins=False,
            old="fileRecordingsServiceEnabled",
            judge=falsy("moderators are offered to record on the server"),
        ),
        setting(
            web,
            *("fileRecordingsEnabled", "enableRecording"),
            judge=falsy("older clients offer to record"),
        ),
    ),
    bad=(
        served("var config = {\n  recordingService: {\n    enabled: true,\n  },\n};\n", at=3),
        served(
            "var config = {};\nconfig.fileRecordingsServiceEnabled = true;\n",
            at=2,
            note="old spelling",
        ),
        served("var config = {};\nconfig.enableRecording = true;\n", at=2, note="before 2018"),
        served(
            "var config = { recordingService: { enabled: false } };\n"
            "config.recordingService.enabled = true;\n",
            at=2,
            note="the last assignment wins",
        ),
        served(
            "var config = {};\nconfig['recordingService'] = { enabled: 'false' };\n",
            at=2,
            note="a text is true",
        ),
    ),
    good=(
        served("var config = {};\n"),
        served(
            "var config = {\n  // recordingService: { enabled: true },\n};\n",
            note="a comment is not a setting",
        ),
        served(
            "var config = { noticeMessage: 'recordingService: { enabled: true }' };\n",
            note="a text",
        ),
        served(
            "var other = { recordingService: { enabled: true } };\nvar config = {};\n",
            note="another object",
        ),
        served(
            "var config = { recordingService: { enabled: true } };\n"
            "config.recordingService.enabled = false;\n",
            note="overridden later",
        ),
        served(
            "var config = { recordingService: { enabled: false }, "
            "fileRecordingsServiceEnabled: true };\n",
            note="the old key only fills a gap",
        ),
        NO_WEB,
    ),
    unclear=(
        served(
            "var config = { recordingService: { enabled: location.hostname === "
            "'a.example.org' } };\n",
            note="depends on the visitor",
        ),
        BROKEN,
    ),
)
