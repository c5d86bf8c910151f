from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import unset, web

CONTROL = Control(
    id="web-deployment-labels",
    title="The deployment is not described to every visitor",
    category=Category.TELEMETRY,
    severity=Severity.LOW,
    component="web",
    needs=("web.config",),
    risk="These labels are read by everybody who fetches config.js and are attached to statistics.",
    upstream_default="not set",
    fix=Fix(by_hand="Remove deploymentInfo from config.js."),
    references=("jitsi/jitsi-meet: config.js",),
    surfaces=("web-deployment-info",),
    check=setting(web, "deploymentInfo", judge=unset("names of shards and regions are public")),
    bad=(
        served(
            "var config = {\n  deploymentInfo: { shard: 'shard1', region: 'europe' },\n};\n", at=2
        ),
    ),
    good=(
        served("var config = {};\n"),
        served(
            "var config = {};\nconfig.deploymentInfo = {};\n", note="as docker-jitsi-meet writes it"
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { deploymentInfo: info };\n"),
        BROKEN,
    ),
)
