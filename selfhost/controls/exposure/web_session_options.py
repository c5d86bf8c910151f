from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, falsy, web

CONTROL = Control(
    id="web-session-options",
    title="No session is mirrored, taken over, shared by itself or run as a test",
    category=Category.EXPOSURE,
    severity=Severity.LOW,
    component="web",
    needs=("web.config",),
    risk="Participants are mirrored to further windows, a second login takes over a session, "
    "a screen is asked for at once, or the page shows its internals to test programs. " + BY_LINK,
    upstream_default="off",
    fix=Fix(
        by_hand="Remove secondScreen, replaceParticipant, startScreenSharing and testing.testMode "
        "from config.js."
    ),
    references=("jitsi/jitsi-meet: config.js",),
    surfaces=(
        "web-second-screen",
        "web-replace-participant",
        "web-auto-start-capture",
        "web-testing-section",
    ),
    check=setting(
        web,
        "secondScreen.enabled",
        "replaceParticipant",
        "startScreenSharing",
        "testing.testMode",
        judge=falsy("the client does more than a meeting needs"),
    ),
    bad=(
        served("var config = {\n  secondScreen: { enabled: true },\n};\n", at=2),
        served("var config = {};\nconfig.replaceParticipant = true;\n", at=2),
        served("var config = { testing: {\n testMode: true } };\n", at=2),
    ),
    good=(
        served("var config = {};\n"),
        served("var config = { startScreenSharing: false, testing: { octo: {} } };\n"),
        served(
            "var config = { testing: {} };\n// config.testing.testMode = true;\n", note="a comment"
        ),
        served("var config = { testMode: true };\n", note="outside its object it does nothing"),
        NO_WEB,
    ),
    unclear=(served("var config = { testing: { testMode: staging } };\n"), BROKEN),
)
