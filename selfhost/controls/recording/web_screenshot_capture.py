from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, every, falsy, unset, web

CONTROL = Control(
    id="web-screenshot-capture",
    title="No stills are taken of shared screens",
    category=Category.RECORDING,
    severity=Severity.HIGH,
    component="web",
    needs=("web.config",),
    risk=(
        "The client takes pictures of a shared screen every few seconds and hands "
        "them to a routine that is empty in upstream's build and exists to be "
        "filled with an upload. " + BY_LINK
    ),
    upstream_default="off",
    fix=Fix(by_hand="Remove screenshotCapture from config.js."),
    references=("jitsi/jitsi-meet: config.js",),
    gdpr="Art. 5(1)(c)",
    surfaces=("web-screenshot-capture",),
    check=every(
        setting(
            web, "screenshotCapture.enabled", judge=falsy("stills of shared screens are taken")
        ),
        setting(
            web,
            "enableScreenshotCapture",
            judge=falsy("older clients take stills of shared screens"),
        ),
        setting(
            web, "_screenshotHistoryRegionUrl", judge=unset("stills of shared screens are uploaded")
        ),
    ),
    bad=(
        served(
            "var config = {\n"
            "  screenshotCapture: {\n"
            "    enabled: true,\n"
            "    mode: 'always',\n"
            "  },\n"
            "};\n",
            at=3,
        ),
        served("var config = { enableScreenshotCapture: true };\n", at=1),
    ),
    good=(
        served("var config = {};\n"),
        served("var config = { screenshotCapture: { enabled: false, mode: 'always' } };\n"),
        served(
            "var config = {\n  // screenshotCapture : { enabled: true }\n};\n", note="a comment"
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { screenshotCapture: window.capture };\n"),
        BROKEN,
    ),
)
