from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, truthy, web

CONTROL = Control(
    id="web-recent-list",
    title="Visited rooms are not kept in the browser",
    category=Category.RETENTION,
    severity=Severity.MEDIUM,
    component="web",
    needs=("web.config",),
    risk=(
        "The names of visited rooms, with times, stay in the browser of a shared "
        "computer for the next person to see. " + BY_LINK
    ),
    upstream_default="kept",
    fix=Fix(
        variable="web_recent_list",
        value="false",
        by_hand="Set config.doNotStoreRoom = true in config.js.",
    ),
    references=(
        "jitsi/jitsi-meet: config.js",
        "jitsi/jitsi-meet: react/features/recent-list/middleware.ts",
    ),
    gdpr="Art. 5(1)(e)",
    surfaces=(
        "web-recent-list",
        "web-local-storage-identity",
    ),
    check=setting(
        web,
        "doNotStoreRoom",
        judge=truthy("visited rooms are kept"),
        absent="visited rooms are kept",
    ),
    bad=(
        served("var config = {};\n", note="absent means kept"),
        served("var config = {\n  doNotStoreRoom: false,\n};\n", at=2),
        served(
            "var config = {\n  // doNotStoreRoom: true,\n};\n", note="a comment is not a setting"
        ),
    ),
    good=(
        served("var config = { doNotStoreRoom: true };\n"),
        served("var config = {};\nconfig.doNotStoreRoom = true;\n"),
        NO_WEB,
        Example(
            {"web.config": "var config = { doNotStoreRoom: true };\n// var config = {};\n"},
            note="a comment",
        ),
    ),
    unclear=(
        served("var config = { doNotStoreRoom: kiosk };\n"),
        BROKEN,
    ),
)
