from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, truthy, web

CONTROL = Control(
    id="web-third-party-requests",
    title="Requests to third parties are switched off",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="web",
    needs=("web.config",),
    risk=(
        "Without this switch, avatars, shared videos and GIFs are fetched from "
        "other companies, and a participant can make every other browser fetch a "
        "picture from an address of their choice. It does not cover STUN, "
        "rtcstats, whiteboard, pads, branding and file sharing. " + BY_LINK
    ),
    upstream_default="requests are made",
    fix=Fix(
        variable="web_third_party_requests",
        value="false",
        by_hand="Set config.disableThirdPartyRequests = true in config.js.",
    ),
    references=("jitsi/jitsi-meet: config.js",),
    gdpr="Art. 44",
    surfaces=(
        "web-third-party-switch",
        "web-remote-avatar-url",
        "url-hash-thirdparty-keys",
    ),
    check=setting(
        web,
        "disableThirdPartyRequests",
        judge=truthy("browsers fetch from third parties"),
        absent="browsers fetch from third parties",
    ),
    bad=(
        served("var config = {};\n", note="absent means that requests are made"),
        served("var config = {\n  disableThirdPartyRequests: false,\n};\n", at=2),
        served(
            "var config = {\n  // disableThirdPartyRequests: true,\n};\n",
            note="a comment is not a setting",
        ),
        served(
            "var config = { analytics: { disableThirdPartyRequests: true } };\n",
            note="in another object it does nothing",
        ),
    ),
    good=(
        served("var config = { disableThirdPartyRequests: true };\n"),
        served(
            "var config = { disableThirdPartyRequests: false };\n"
            "config.disableThirdPartyRequests = true;\n",
            note="overridden later",
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { disableThirdPartyRequests: subdomain !== 'open.' };\n"),
        BROKEN,
    ),
)
