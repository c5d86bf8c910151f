from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, own_addresses

CONTROL = Control(
    id="web-etherpad",
    title="Shared notes stay on an own server",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="web",
    needs=("web.config",),
    risk=(
        "The pad's server stores what is written; its documents are named after the room. "
        + BY_LINK
    ),
    upstream_default="not set",
    fix=Fix(
        by_hand="Remove etherpad_base and openSharedDocumentOnJoin from config.js, or "
        "point etherpad_base at your own server."
    ),
    references=("jitsi/jitsi-meet: config.js",),
    surfaces=("web-etherpad",),
    check=own_addresses("notes are stored there", "etherpad_base"),
    bad=(
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  etherpad_base: 'https://pad.example.com/p/',\n"
            "};\n",
            at=3,
        ),
    ),
    good=(
        served("var config = {};\n"),
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  etherpad_base: 'https://meet.example.org/etherpad/p/',\n"
            "};\n"
        ),
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  // etherpad_base: 'https://pad.example.com/p/',\n"
            "};\n",
            note="a comment",
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { etherpad_base: padBase };\n"),
        BROKEN,
    ),
)
