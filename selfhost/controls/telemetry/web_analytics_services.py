from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import unset, web

CONTROL = Control(
    id="web-analytics-services",
    title="No analytics service has a key",
    category=Category.TELEMETRY,
    severity=Severity.HIGH,
    component="web",
    needs=("web.config",),
    risk="With a key or an address, usage events with the room's name and a device "
    "number go to that service as soon as the master switch allows it.",
    upstream_default="not set",
    fix=Fix(
        variable="web_analytics",
        value="false",
        by_hand="Remove the amplitude…, matomo… and googleAnalytics… keys from analytics "
        "in config.js.",
    ),
    references=("jitsi/jitsi-meet: config.js",),
    gdpr="Art. 6, 28, 44",
    surfaces=(
        "web-amplitude",
        "web-matomo",
        "web-google-analytics",
        "web-analytics-events-filter",
        "web-analytics-room-name",
    ),
    check=setting(
        web,
        "analytics.amplitudeAPPKey",
        "analytics.matomoEndpoint",
        "analytics.matomoSiteID",
        "analytics.googleAnalyticsTrackingId",
        "googleAnalyticsTrackingId",
        judge=unset("usage is reported to this service"),
    ),
    bad=(
        served("var config = {\n  analytics: {\n    amplitudeAPPKey: 'abc',\n  },\n};\n", at=3),
        served(
            "var config = { analytics: { disabled: true } };\n"
            "config.analytics.matomoEndpoint = 'https://stats.example.org/';\n",
            at=2,
            note="the master switch is one link away",
        ),
        served("var config = {};\nconfig.googleAnalyticsTrackingId = 'UA-1';\n", at=2),
    ),
    good=(
        served("var config = { analytics: {} };\n"),
        served(
            "var config = { analytics: {\n"
            "  // matomoEndpoint: 'https://your-matomo-endpoint/',\n"
            "  // matomoSiteID: '42',\n"
            "} };\n",
            note="a comment",
        ),
        served("var config = { analytics: { amplitudeAPPKey: '' } };\n"),
        NO_WEB,
    ),
    unclear=(
        served("var config = { analytics: { matomoEndpoint: stats } };\n"),
        BROKEN,
    ),
)
