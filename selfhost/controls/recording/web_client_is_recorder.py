from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, falsy, web

CONTROL = Control(
    id="web-client-is-recorder",
    title="Browsers are not told that they are recorders",
    category=Category.RECORDING,
    severity=Severity.HIGH,
    component="web",
    needs=("web.config",),
    risk=(
        "A client with this flag takes itself for a recorder or a gateway: it "
        "hides what tells people that they are filmed and skips the question of "
        "consent. " + BY_LINK
    ),
    upstream_default="not set",
    fix=Fix(by_hand="Remove iAmRecorder, iAmSipGateway and iAmSpot from config.js."),
    references=(
        "jitsi/jitsi-meet: config.js",
        "jitsi/jitsi-meet: react/features/base/connection/middleware.web.ts",
    ),
    surfaces=(
        "web-iamrecorder",
        "web-iamsipgateway",
        "web-spot-consent",
    ),
    check=setting(
        web,
        "iAmRecorder",
        "iAmSipGateway",
        "iAmSpot",
        judge=falsy("every client takes itself for a recorder or gateway"),
    ),
    bad=(
        served("var config = {\n  iAmRecorder: true,\n};\n", at=2),
        served("var config = {};\nconfig.iAmSipGateway = 1;\n", at=2),
    ),
    good=(
        served("var config = {};\n"),
        served("var config = { iAmRecorder: false };\n"),
        served("var config = {\n  // iAmRecorder: true,\n};\n", note="a comment"),
        NO_WEB,
    ),
    unclear=(
        served(
            "var config = { iAmRecorder: location.hash === '#rec' };\n", note="depends on the link"
        ),
        BROKEN,
    ),
)
