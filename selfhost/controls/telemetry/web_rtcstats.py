from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, every, falsy, unset, web

CONTROL = Control(
    id="web-rtcstats",
    title="Traces of calls are not sent to rtcstats",
    category=Category.TELEMETRY,
    severity=Severity.CRITICAL,
    component="web",
    needs=("web.config",),
    risk=(
        "Traces of each connection, the whole configuration, the room's name, "
        "console logs and session descriptions go to this server. Neither the "
        "switch for analytics nor the one for third parties stops it. " + BY_LINK
    ),
    upstream_default="off",
    fix=Fix(
        variable="web_analytics",
        value="false",
        by_hand="Remove the rtcstats… keys from analytics in config.js.",
    ),
    references=(
        "jitsi/jitsi-meet: config.js",
        "jitsi/lib-jitsi-meet: its rtcstats module",
    ),
    gdpr="Art. 6, 44",
    surfaces=(
        "web-rtcstats",
        "web-rtcstats-logs-sdp",
    ),
    check=every(
        setting(
            web,
            "analytics.rtcstatsEnabled",
            "analytics.rtcstatsStoreLogs",
            "analytics.rtcstatsSendSdp",
            judge=falsy("traces of calls are sent"),
        ),
        setting(
            web, "analytics.rtcstatsEndpoint", judge=unset("a link is enough to send traces there")
        ),
    ),
    bad=(
        served(
            "var config = {\n"
            "  analytics: {\n"
            "    rtcstatsEnabled: true,\n"
            "    rtcstatsEndpoint: 'wss://rtcstats.example.com/',\n"
            "  },\n"
            "};\n",
            at=3,
        ),
        served(
            "var config = { analytics: {} };\n"
            "config.analytics.rtcstatsEndpoint = 'wss://meet.example.org/rtcstats-ws';\n",
            at=2,
            note="a link can switch it on",
        ),
    ),
    good=(
        served("var config = { analytics: {} };\n"),
        served(
            "var config = { analytics: { rtcstatsEnabled: false, rtcstatsPollInterval: 10000 } };\n"
        ),
        served(
            "var config = { analytics: {\n"
            "  // rtcstatsEndpoint: wss://rtcstats-server-pilot.jitsi.net/,\n"
            "} };\n",
            note="a comment",
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { analytics: { rtcstatsEnabled: Math.random() < 0.1 } };\n"),
        BROKEN,
    ),
)
