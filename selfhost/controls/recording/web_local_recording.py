from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, truthy, web

CONTROL = Control(
    id="web-local-recording",
    title="Participants are not offered to record to their own disk",
    category=Category.RECORDING,
    severity=Severity.HIGH,
    component="web",
    needs=("web.config",),
    risk=(
        "In Chromium on a desktop the client offers everybody to record the whole "
        "meeting to a file on their own computer, out of anybody's control. "
        "Leaving the key out means that it is offered. " + BY_LINK
    ),
    upstream_default="offered",
    fix=Fix(
        variable="web_local_recording",
        value="false",
        by_hand="Set config.localRecording = { disable: true } in config.js.",
    ),
    references=(
        "jitsi/jitsi-meet: config.js",
        "jitsi/jitsi-meet: react/features/recording/functions.ts",
    ),
    gdpr="Art. 5(1)(f)",
    surfaces=(
        "web-local-recording",
        "web-local-self-recording",
        "url-hash-recording-keys",
    ),
    check=setting(
        web,
        "localRecording.disable",
        judge=truthy("anybody may record the meeting to a file"),
        absent="anybody may record the meeting to a file",
    ),
    bad=(
        served("var config = {\n  localRecording: { disable: false },\n};\n", at=2),
        served("var config = {};\n", note="absent means offered"),
        served(
            "var config = {\n  // localRecording: { disable: true },\n};\n",
            note="a comment is not a setting",
        ),
        served(
            "var config = { localRecording: { disable: true } };\n"
            "config.localRecording = { notifyAllParticipants: true };\n",
            note="replaced as a whole",
        ),
    ),
    good=(
        served("var config = { localRecording: { disable: true } };\n"),
        served(
            "var config = { localRecording: { disable: false } };\n"
            "config.localRecording.disable = true;\n",
            note="overridden later",
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { localRecording: { disable: navigator.onLine } };\n"),
        BROKEN,
    ),
)
