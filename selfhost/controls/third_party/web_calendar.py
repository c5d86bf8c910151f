from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, every, falsy, unset, web

CONTROL = Control(
    id="web-calendar",
    title="No calendar of Google or Microsoft is connected",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="web",
    needs=("web.config",),
    risk=(
        "The client then loads the company's scripts into the meeting page, signs "
        "the user in and reads the calendar. " + BY_LINK
    ),
    upstream_default="off",
    fix=Fix(
        by_hand="Remove enableCalendarIntegration, googleApiApplicationClientID and "
        "microsoftApiApplicationClientID from config.js."
    ),
    references=("jitsi/jitsi-meet: config.js",),
    gdpr="Art. 28, 44",
    surfaces=(
        "web-calendar-google",
        "web-calendar-microsoft",
    ),
    check=every(
        setting(web, "enableCalendarIntegration", judge=falsy("a calendar service is connected")),
        setting(
            web,
            "googleApiApplicationClientID",
            "microsoftApiApplicationClientID",
            "googleApiIOSClientID",
            judge=unset("scripts of a calendar service can be loaded"),
        ),
    ),
    bad=(
        served("var config = {\n  enableCalendarIntegration: true,\n};\n", at=2),
        served(
            "var config = {};\n"
            "config.googleApiApplicationClientID = 'abc.apps.googleusercontent.com';\n",
            at=2,
        ),
    ),
    good=(
        served("var config = {};\n"),
        served(
            "var config = { enableCalendarIntegration: false, "
            "microsoftApiApplicationClientID: '' };\n"
        ),
        served(
            "var config = {\n  // googleApiApplicationClientID: '<client_id>',\n};\n",
            note="a comment",
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { googleApiApplicationClientID: ids[location.hostname] };\n"),
        BROKEN,
    ),
)
