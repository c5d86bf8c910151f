from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import unset, web

CONTROL = Control(
    id="web-analytics-scripts",
    title="No analytics script is loaded into the page",
    category=Category.TELEMETRY,
    severity=Severity.CRITICAL,
    component="web",
    needs=("web.config",),
    risk="Such a script is foreign code inside the meeting page: it can reach chat, "
    "names, microphone and camera.",
    upstream_default="not set",
    fix=Fix(
        variable="web_analytics",
        value="false",
        by_hand="Remove analytics.scriptURLs from config.js.",
    ),
    references=("jitsi/jitsi-meet: config.js",),
    gdpr="Art. 32",
    surfaces=("web-analytics-scripts",),
    check=setting(
        web, "analytics.scriptURLs", judge=unset("this code runs inside the meeting page")
    ),
    bad=(
        served(
            "var config = {\n"
            "  analytics: {\n"
            "    scriptURLs: ['https://example.com/my.js'],\n"
            "  },\n"
            "};\n",
            at=3,
        ),
        served(
            "var config = { analytics: {} };\n"
            "config.analytics.scriptURLs = ['libs/analytics-ga.min.js'];\n",
            at=2,
            note="a local file counts as well",
        ),
    ),
    good=(
        served("var config = { analytics: {} };\n"),
        served("var config = { analytics: { scriptURLs: [] } };\n"),
        served(
            "var config = { analytics: {\n  // scriptURLs: ['https://example.com/my.js'],\n} };\n",
            note="a comment",
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { analytics: { scriptURLs: [cdn + '/a.js'] } };\n"),
        BROKEN,
    ),
)
