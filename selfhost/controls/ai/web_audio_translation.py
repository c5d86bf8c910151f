from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, falsy, web

CONTROL = Control(
    id="web-audio-translation",
    title="Speech is not translated by machine",
    category=Category.AI,
    severity=Severity.CRITICAL,
    component="web",
    needs=("web.config",),
    risk=(
        "A listener picks a language, and the voices of the others, who are not "
        "asked, are streamed from the bridge to an AI service that speaks the "
        "translation. " + BY_LINK
    ),
    upstream_default="off",
    fix=Fix(
        variable="web_audio_translation",
        value="false",
        by_hand="Set config.audioTranslation = { enabled: false } in config.js.",
    ),
    references=("jitsi/jitsi-meet: config.js",),
    gdpr="Art. 6, 9, 28, 44",
    surfaces=("web-audio-translation",),
    check=setting(
        web,
        "audioTranslation.enabled",
        judge=falsy("a listener can have speech sent to an AI service"),
    ),
    bad=(
        served("var config = {\n  audioTranslation: {\n    enabled: true,\n  },\n};\n", at=3),
        served(
            "var config = { audioTranslation: { enabled: false } };\n"
            "config.audioTranslation.enabled = true;\n",
            at=2,
        ),
    ),
    good=(
        served("var config = {};\n"),
        served("var config = { audioTranslation: { enabled: false, duckedVolume: 0.15 } };\n"),
        served("var config = {\n  // audioTranslation: { enabled: true },\n};\n", note="a comment"),
        NO_WEB,
    ),
    unclear=(
        served("var config = { audioTranslation: { enabled: beta } };\n"),
        BROKEN,
    ),
)
