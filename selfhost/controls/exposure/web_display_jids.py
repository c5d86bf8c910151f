from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, falsy, web

CONTROL = Control(
    id="web-display-jids",
    title="Internal addresses are not shown as names",
    category=Category.EXPOSURE,
    severity=Severity.LOW,
    component="web",
    needs=("web.config",),
    risk=(
        "The interface shows each participant's address in the chat server instead "
        "of a name, also to guests. " + BY_LINK
    ),
    upstream_default="off",
    fix=Fix(by_hand="Remove displayJids from config.js."),
    references=("jitsi/jitsi-meet: config.js",),
    surfaces=("web-display-jids",),
    check=setting(web, "displayJids", judge=falsy("internal addresses are shown")),
    bad=(served("var config = {\n  displayJids: true,\n};\n", at=2),),
    good=(
        served("var config = {};\n"),
        served("var config = {\n  // displayJids: true,\n};\n", note="a comment"),
        NO_WEB,
    ),
    unclear=(
        served("var config = { displayJids: debug };\n"),
        BROKEN,
    ),
)
