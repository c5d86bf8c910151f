from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, unset, web

CONTROL = Control(
    id="web-dropbox",
    title="Recordings are not sent to Dropbox",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="web",
    needs=("web.config",),
    risk=(
        "With an application key the client offers to store recordings in "
        "somebody's Dropbox; browser and recorder then talk to that company. The "
        "record button appears as well. " + BY_LINK
    ),
    upstream_default="not set",
    fix=Fix(by_hand="Remove dropbox from config.js."),
    references=("jitsi/jitsi-meet: config.js",),
    gdpr="Art. 28, 44",
    surfaces=("web-dropbox",),
    check=setting(web, "dropbox.appKey", judge=unset("recordings can be sent to Dropbox")),
    bad=(served("var config = {\n  dropbox: {\n    appKey: 'abc123',\n  },\n};\n", at=3),),
    good=(
        served("var config = {};\n"),
        served("var config = { dropbox: { appKey: '' } };\n"),
        served("var config = {\n  // dropbox: { appKey: '<APP_KEY>' },\n};\n", note="a comment"),
        NO_WEB,
    ),
    unclear=(
        served("var config = { dropbox: { appKey: getKey() } };\n"),
        BROKEN,
    ),
)
