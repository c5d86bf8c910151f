from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import unset, web

CONTROL = Control(
    id="web-callstats",
    title="No key of callstats is left",
    category=Category.TELEMETRY,
    severity=Severity.MEDIUM,
    component="web",
    needs=("web.config",),
    risk="Older clients load a script of callstats.io for this key; newer ones "
    "ignore it. Which one is served today is not for a setting to say.",
    upstream_default="not set",
    fix=Fix(by_hand="Remove the callStats… keys from config.js."),
    references=("jitsi/jitsi-meet: config.js of older releases",),
    surfaces=("web-callstats-legacy",),
    check=setting(
        web,
        "callStatsID",
        "callStatsSecret",
        "callStatsCustomScriptUrl",
        judge=unset("older clients report each call to callstats.io"),
    ),
    bad=(served("var config = {\n  callStatsID: '12345',\n  callStatsSecret: 'x',\n};\n", at=2),),
    good=(
        served("var config = {};\n"),
        served("var config = { callStatsID: '' };\n"),
        served("var config = {\n  // callStatsID: '',\n};\n", note="a comment"),
        NO_WEB,
    ),
    unclear=(
        served("var config = { callStatsID: id };\n"),
        BROKEN,
    ),
)
