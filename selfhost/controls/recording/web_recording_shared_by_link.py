from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import either, every, falsy, unset, web

CONTROL = Control(
    id="web-recording-shared-by-link",
    title="Recordings are not handed out by link",
    category=Category.RECORDING,
    severity=Severity.MEDIUM,
    component="web",
    needs=("web.config",),
    risk="Whoever has the link can watch the recording; it is handed out by a "
    "service outside the room.",
    upstream_default="off",
    fix=Fix(
        by_hand="Remove recordingService.sharingEnabled, recordingSharingUrl and "
        "recordings.showRecordingLink from config.js."
    ),
    references=("jitsi/jitsi-meet: config.js",),
    gdpr="Art. 5(1)(c)",
    surfaces=("web-recording-sharing",),
    check=every(
        either(
            "recordingService.sharingEnabled",
            wins=False,
            old="fileRecordingsServiceSharingEnabled",
            judge=falsy("recordings can be shared by link"),
        ),
        setting(
            web,
            "recordingSharingUrl",
            "recordings.showRecordingLink",
            judge=unset("recordings are handed out by link"),
        ),
    ),
    bad=(
        served("var config = {\n  recordingService: { sharingEnabled: true },\n};\n", at=2),
        served(
            "var config = {};\nconfig.recordingSharingUrl = 'https://files.example.com/link';\n",
            at=2,
        ),
    ),
    good=(
        served("var config = {};\n"),
        served(
            "var config = {};\n// config.recordingSharingUrl = 'https://files.example.com/link';\n",
            note="a comment",
        ),
        served(
            "var config = { recordingService: { sharingEnabled: false }, "
            "recordingSharingUrl: '' };\n"
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { recordingSharingUrl: document.referrer };\n"),
        BROKEN,
    ),
)
