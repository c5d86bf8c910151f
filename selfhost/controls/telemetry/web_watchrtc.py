from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, every, falsy, unset, web

CONTROL = Control(
    id="web-watchrtc",
    title="Call statistics do not go to watchRTC",
    category=Category.TELEMETRY,
    severity=Severity.CRITICAL,
    component="web",
    needs=("web.config",),
    risk=(
        "A commercial statistics kit is built into the client. Switch and key can "
        "both come from a link, so that a stranger can lead somebody's statistics "
        "and logs to an account of their own. " + BY_LINK
    ),
    upstream_default="off",
    fix=Fix(by_hand="Remove analytics.watchRTCEnabled and watchRTCConfigParams from config.js."),
    references=("jitsi/jitsi-meet: config.js",),
    gdpr="Art. 28, 44",
    surfaces=("web-watchrtc",),
    check=every(
        setting(
            web,
            "analytics.watchRTCEnabled",
            "watchRTCConfigParams.allowBrowserLogCollection",
            judge=falsy("call statistics are sent"),
        ),
        setting(
            web,
            "watchRTCConfigParams.rtcApiKey",
            "watchRTCConfigParams.rtcToken",
            "watchRTCConfigParams.proxyUrl",
            "watchRTCConfigParams.wsUrl",
            judge=unset("call statistics have a receiver"),
        ),
    ),
    bad=(
        served("var config = {\n  analytics: { watchRTCEnabled: true },\n};\n", at=2),
        served("var config = {};\nconfig.watchRTCConfigParams = { rtcApiKey: 'abc' };\n", at=2),
    ),
    good=(
        served("var config = {};\n"),
        served("var config = { analytics: { watchRTCEnabled: false } };\n"),
        served(
            "var config = {\n  // watchRTCConfigParams: { rtcApiKey: 'x' },\n};\n", note="a comment"
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { watchRTCConfigParams: params };\n"),
        BROKEN,
    ),
)
