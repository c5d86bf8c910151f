from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import own_addresses

CONTROL = Control(
    id="web-remote-pictures",
    title="Logos and buttons are not loaded from strangers",
    category=Category.THIRD_PARTY,
    severity=Severity.LOW,
    component="web",
    needs=("web.config",),
    risk="A logo, icon or avatar prefix on another host is fetched by each visitor "
    "and tells that host who is here.",
    upstream_default="images/watermark.svg, local",
    fix=Fix(by_hand="Put the pictures on your own server and use a path in config.js."),
    references=("jitsi/jitsi-meet: config.js",),
    surfaces=(
        "web-branding-assets",
        "web-custom-buttons",
    ),
    check=own_addresses(
        "every visitor fetches pictures there",
        "defaultLogoUrl",
        "corsAvatarURLs",
        "customToolbarButtons",
        "customParticipantMenuButtons",
    ),
    bad=(
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  defaultLogoUrl: 'https://cdn.example.com/logo.svg',\n"
            "};\n",
            at=3,
        ),
    ),
    good=(
        served("var config = {};\n"),
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  defaultLogoUrl: 'images/watermark.svg',\n"
            "};\n",
            note="a path",
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { defaultLogoUrl: logo };\n"),
        BROKEN,
    ),
)
