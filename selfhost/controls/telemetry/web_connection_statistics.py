from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, falsy, web

CONTROL = Control(
    id="web-connection-statistics",
    title="Clients do not gather extra statistics",
    category=Category.TELEMETRY,
    severity=Severity.LOW,
    component="web",
    needs=("web.config",),
    risk=(
        "Pings between participants and raw connection statistics are gathered for reports. "
        + BY_LINK
    ),
    upstream_default="off",
    fix=Fix(by_hand="Remove e2eping.enabled and gatherStats from config.js."),
    references=("jitsi/jitsi-meet: config.js",),
    surfaces=(
        "web-e2eping",
        "web-gather-stats",
    ),
    check=setting(
        web, "e2eping.enabled", "gatherStats", judge=falsy("extra statistics are gathered")
    ),
    bad=(
        served("var config = {\n  e2eping: { enabled: true },\n};\n", at=2),
        served("var config = { gatherStats: true };\n", at=1),
    ),
    good=(
        served("var config = {};\n"),
        served("var config = { e2eping: { enabled: false, numRequests: 5 } };\n"),
        NO_WEB,
        Example(
            {
                "web.config": (
                    "var config = {};\n// var config = {\n//   e2eping: { enabled: true },\n// };\n"
                )
            },
            note="a comment",
        ),
    ),
    unclear=(
        served("var config = { gatherStats: debug };\n"),
        BROKEN,
    ),
)
