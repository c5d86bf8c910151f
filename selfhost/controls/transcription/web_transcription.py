from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, either, falsy

CONTROL = Control(
    id="web-transcription",
    title="Transcription is not offered",
    category=Category.TRANSCRIPTION,
    severity=Severity.CRITICAL,
    component="web",
    needs=("web.config",),
    risk=(
        "Live transcription hands the audio of every speaker to a bot or to the "
        "bridge's exporter and turns it into text, as a rule at a speech "
        "recognition company. " + BY_LINK
    ),
    upstream_default="off",
    fix=Fix(
        variable="web_transcription",
        value="false",
        by_hand="Set config.transcription = { enabled: false } in config.js and remove "
        "transcribingEnabled.",
    ),
    references=(
        "jitsi/jitsi-meet: config.js",
        "jitsi/jitsi-meet: react/features/base/config/reducer.ts",
    ),
    gdpr="Art. 6, 9, 28",
    surfaces=(
        "web-transcription",
        "web-transcription-legacy-switch",
        "web-closed-captions-request-starts-transcriber",
        "url-hash-transcription-keys",
    ),
    check=either(
        "transcription.enabled",
        wins=True,
        old="transcribingEnabled",
        judge=falsy("participants can start a transcription"),
    ),
    bad=(
        served("var config = {\n  transcription: {\n    enabled: true,\n  },\n};\n", at=3),
        served(
            "var config = { transcription: { enabled: false } };\n"
            "config.transcribingEnabled = true;\n",
            at=2,
            note="the old key wins",
        ),
    ),
    good=(
        served("var config = {};\n"),
        served("var config = { transcription: { enabled: false, preferredLanguage: 'en-US' } };\n"),
        served(
            "var config = { transcription: { enabled: true }, transcribingEnabled: false };\n",
            note="the old key wins",
        ),
        served("var config = {\n  // transcription: { enabled: true },\n};\n", note="a comment"),
        served(
            "var config = { testing: { transcription: { enabled: true } } };\n",
            note="in another object",
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { transcription: window.transcription };\n"),
        BROKEN,
    ),
)
