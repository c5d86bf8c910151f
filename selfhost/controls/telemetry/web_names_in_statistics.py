from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, falsy, web

CONTROL = Control(
    id="web-names-in-statistics",
    title="Names and e-mail addresses stay out of statistics",
    category=Category.TELEMETRY,
    severity=Severity.HIGH,
    component="web",
    needs=("web.config",),
    risk=(
        "Display names and e-mail addresses are attached to whatever statistics are sent. "
        + BY_LINK
    ),
    upstream_default="off",
    fix=Fix(by_hand="Remove enableDisplayNameInStats and enableEmailInStats from config.js."),
    references=("jitsi/jitsi-meet: config.js",),
    gdpr="Art. 5(1)(c)",
    surfaces=("web-names-in-stats",),
    check=setting(
        web,
        "enableDisplayNameInStats",
        "enableEmailInStats",
        judge=falsy("statistics carry who it was"),
    ),
    bad=(
        served("var config = {\n  enableDisplayNameInStats: true,\n};\n", at=2),
        served("var config = {};\nconfig.enableEmailInStats = true;\n", at=2),
    ),
    good=(
        served("var config = {};\n"),
        served("var config = { enableEmailInStats: false };\n"),
        served("var config = {\n  // enableEmailInStats: true,\n};\n", note="a comment"),
        NO_WEB,
    ),
    unclear=(
        served("var config = { enableEmailInStats: staff };\n"),
        BROKEN,
    ),
)
