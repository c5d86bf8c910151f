from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, every, falsy, unset, web

CONTROL = Control(
    id="web-client-logs",
    title="Logs of a call are not handed out",
    category=Category.RETENTION,
    severity=Severity.MEDIUM,
    component="web",
    needs=("web.config",),
    risk=(
        "A saved log holds signalling, network addresses and names; passed-on logs "
        "go to whatever page embeds the meeting. " + BY_LINK
    ),
    upstream_default="off",
    fix=Fix(by_hand="Remove enableSaveLogs and apiLogLevels from config.js."),
    references=("jitsi/jitsi-meet: config.js",),
    surfaces=(
        "web-saved-logs",
        "web-client-logging",
        "web-api-log-levels",
    ),
    check=every(
        setting(web, "enableSaveLogs", judge=falsy("logs of a call can be saved")),
        setting(web, "apiLogLevels", judge=unset("logs go to the embedding page")),
    ),
    bad=(
        served("var config = {\n  enableSaveLogs: true,\n};\n", at=2),
        served("var config = {};\nconfig.apiLogLevels = ['error', 'debug'];\n", at=2),
    ),
    good=(
        served("var config = {};\n"),
        served("var config = { enableSaveLogs: false, apiLogLevels: [] };\n"),
        served("var config = {\n  // apiLogLevels: ['warn'],\n};\n", note="a comment"),
        NO_WEB,
    ),
    unclear=(
        served("var config = { apiLogLevels: levels };\n"),
        BROKEN,
    ),
)
