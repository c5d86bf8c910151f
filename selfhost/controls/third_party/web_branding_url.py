from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import own_addresses

CONTROL = Control(
    id="web-branding-url",
    title="Branding is not fetched from a stranger",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="web",
    needs=("web.config",),
    risk="On each join the address of the room goes to the branding service. Its "
    "answer changes pictures, links, allowed video hosts, GIFs and the "
    "question of consent, whatever config.js says.",
    upstream_default="not set",
    fix=Fix(
        by_hand="Remove dynamicBrandingUrl and brandingDataUrl from config.js, or point "
        "them at your own server."
    ),
    references=("jitsi/jitsi-meet: config.js",),
    surfaces=(
        "web-dynamic-branding",
        "jwt-and-branding-overrides",
    ),
    check=own_addresses(
        "it learns each room and overrides settings", "dynamicBrandingUrl", "brandingDataUrl"
    ),
    bad=(
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  dynamicBrandingUrl: 'https://brand.example.com/meet.json',\n"
            "};\n",
            at=3,
        ),
    ),
    good=(
        served("var config = {};\n"),
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  dynamicBrandingUrl: '/branding.json',\n"
            "};\n"
        ),
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  // dynamicBrandingUrl: 'https://brand.example.com/',\n"
            "};\n",
            note="a comment",
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { dynamicBrandingUrl: `${base}/b.json` };\n"),
        BROKEN,
    ),
)
