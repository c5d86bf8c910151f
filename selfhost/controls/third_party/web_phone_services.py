from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import own_addresses

CONTROL = Control(
    id="web-phone-services",
    title="Room names do not go to a stranger's phone service",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="web",
    needs=("web.config",),
    risk="To show a PIN or to call somebody, the client sends the name of every "
    "room, phone numbers and, for video rooms, the room's password to these "
    "services.",
    upstream_default="not set; conference-mapper.jitsi.net with enableJaaS",
    fix=Fix(
        by_hand="Remove the dialIn…, dialOut…, guestDialOut… and sipInviteUrl keys from "
        "config.js and set enableJaaS to false."
    ),
    references=("jitsi/jitsi-meet: config.js",),
    gdpr="Art. 28, 44",
    surfaces=(
        "web-dialin-mapper",
        "web-dialout",
        "web-sip-invite",
        "web-jaas-switch",
        "web-dialin-static-page",
    ),
    check=own_addresses(
        "the names of rooms go there",
        "dialInConfCodeUrl",
        "dialInNumbersUrl",
        "dialOutAuthUrl",
        "dialOutCodesUrl",
        "dialOutRegionUrl",
        "guestDialOutUrl",
        "guestDialOutStatusUrl",
        "sipInviteUrl",
    ),
    bad=(
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  dialInConfCodeUrl: 'https://conference-mapper.jitsi.net/v1/access',\n"
            "};\n",
            at=3,
        ),
        served(
            "var enableJaaS = true;\n"
            "var config = {};\n"
            "if (enableJaaS) {\n"
            "  config.dialInNumbersUrl = "
            "'https://conference-mapper.jitsi.net/v1/access/dids';\n"
            "}\n",
            at=4,
        ),
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  sipInviteUrl: 'https://sip.example.com/invite',\n"
            "};\n",
            at=3,
        ),
    ),
    good=(
        served("var config = {};\n"),
        served(
            "var enableJaaS = false;\n"
            "var config = {};\n"
            "if (enableJaaS) {\n"
            "  config.dialInNumbersUrl = "
            "'https://conference-mapper.jitsi.net/v1/access/dids';\n"
            "}\n",
            note="the branch is not taken",
        ),
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  dialInConfCodeUrl: 'https://meet.example.org/mapper',\n"
            "};\n"
        ),
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  dialInConfCodeUrl: '/mapper',\n"
            "};\n",
            note="on the server itself",
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { dialOutAuthUrl: window.dial };\n"),
        BROKEN,
    ),
)
