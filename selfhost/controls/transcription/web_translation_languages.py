from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, unset, web

CONTROL = Control(
    id="web-translation-languages",
    title="No languages are offered for translated captions",
    category=Category.TRANSCRIPTION,
    severity=Severity.MEDIUM,
    component="web",
    needs=("web.config",),
    risk=(
        "Each language that somebody picks sends the text of the meeting to a "
        "machine translation service. " + BY_LINK
    ),
    upstream_default="none, but the choice is shown where transcription is on",
    fix=Fix(
        by_hand="Set config.transcription.translationLanguages = [] and translationEnabled "
        "= false in config.js."
    ),
    references=("jitsi/jitsi-meet: config.js",),
    gdpr="Art. 28, 44",
    surfaces=("web-translation-languages",),
    check=setting(
        web,
        "transcription.translationEnabled",
        "transcription.translationLanguages",
        judge=unset("the meeting's text can be sent to a translation service"),
    ),
    bad=(
        served(
            "var config = {\n"
            "  transcription: {\n"
            "    translationLanguages: ['en', 'fr'],\n"
            "  },\n"
            "};\n",
            at=3,
        ),
        served("var config = {};\nconfig.transcription = { translationEnabled: true };\n", at=2),
    ),
    good=(
        served("var config = {};\n"),
        served(
            "var config = { transcription: { translationLanguages: [], "
            "translationLanguagesHead: ['en'] } };\n",
            note="the order of the list's head offers nothing",
        ),
        served(
            "var config = {\n  // transcription: { translationLanguages: ['en'] },\n};\n",
            note="a comment",
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { transcription: { translationLanguages: navigator.languages } };\n"),
        BROKEN,
    ),
)
