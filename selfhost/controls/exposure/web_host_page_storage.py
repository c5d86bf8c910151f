from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, falsy, web

CONTROL = Control(
    id="web-host-page-storage",
    title="An embedding page does not get the client's memory",
    category=Category.EXPOSURE,
    severity=Severity.MEDIUM,
    component="web",
    needs=("web.config",),
    risk=(
        "The page around the meeting receives and keeps what the client stores: "
        "names, e-mail, visited rooms. " + BY_LINK
    ),
    upstream_default="off",
    fix=Fix(by_hand="Remove useHostPageLocalStorage from config.js."),
    references=("jitsi/jitsi-meet: config.js",),
    surfaces=("web-host-page-storage",),
    check=setting(
        web, "useHostPageLocalStorage", judge=falsy("the embedding page keeps the client's data")
    ),
    bad=(served("var config = {\n  useHostPageLocalStorage: true,\n};\n", at=2),),
    good=(
        served("var config = {};\n"),
        served("var config = { useHostPageLocalStorage: false };\n"),
        served("var config = {\n  // useHostPageLocalStorage: true,\n};\n", note="a comment"),
        NO_WEB,
    ),
    unclear=(
        served("var config = { useHostPageLocalStorage: window.top !== window };\n"),
        BROKEN,
    ),
)
