from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, falsy, web

CONTROL = Control(
    id="web-giphy",
    title="GIFs are not searched at Giphy",
    category=Category.THIRD_PARTY,
    severity=Severity.MEDIUM,
    component="web",
    needs=("web.config",),
    risk=(
        "What is typed into the search and which picture is shown goes to Giphy, "
        "from every browser that sees it. " + BY_LINK
    ),
    upstream_default="off",
    fix=Fix(by_hand="Remove giphy from config.js."),
    references=("jitsi/jitsi-meet: config.js",),
    gdpr="Art. 44",
    surfaces=("web-giphy",),
    check=setting(web, "giphy.enabled", judge=falsy("GIFs are searched at and fetched from Giphy")),
    bad=(
        served(
            "var config = {\n  giphy: {\n    enabled: true,\n    sdkKey: 'abc',\n  },\n};\n", at=3
        ),
    ),
    good=(
        served("var config = {};\n"),
        served("var config = { giphy: { enabled: false, sdkKey: 'abc' } };\n"),
        served("var config = {\n  // giphy: { enabled: true },\n};\n", note="a comment"),
        NO_WEB,
    ),
    unclear=(
        served("var config = { giphy: giphySettings };\n"),
        BROKEN,
    ),
)
