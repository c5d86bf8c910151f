from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, falsy, web

CONTROL = Control(
    id="web-transcript-dump",
    title="Transcripts are not written into the page",
    category=Category.TRANSCRIPTION,
    severity=Severity.MEDIUM,
    component="web",
    needs=("web.config",),
    risk=(
        "A switch for tests copies every finished sentence into the page, where "
        "browser extensions and an embedding site can read it. " + BY_LINK
    ),
    upstream_default="off",
    fix=Fix(by_hand="Remove testing.dumpTranscript from config.js."),
    references=("jitsi/jitsi-meet: react/features/base/config/configType.ts",),
    surfaces=("web-transcript-dump",),
    check=setting(
        web, "testing.dumpTranscript", judge=falsy("transcripts are written into the page")
    ),
    bad=(served("var config = {\n  testing: { dumpTranscript: true },\n};\n", at=2),),
    good=(
        served("var config = { testing: {} };\n"),
        served(
            "var config = { dumpTranscript: true };\n", note="outside its object it does nothing"
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { testing: debugSettings };\n"),
        BROKEN,
    ),
)
