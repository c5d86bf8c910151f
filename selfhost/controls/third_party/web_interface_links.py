from collections.abc import Iterator

from selfhost.controls.model import Category, Control, Fix, Severity, Verdict
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import NO_INTERFACE, drawn
from selfhost.controls.web_predicates import (
    falsy,
    interface,
    judge_address,
    own_addresses,
)
from selfhost.effective.server import Server

PICTURES = (
    "DEFAULT_LOGO_URL",
    "DEFAULT_WELCOME_PAGE_LOGO_URL",
    "BRAND_WATERMARK_LINK",
    "POLICY_LOGO",
)
LINKS = ("SUPPORT_URL", "JITSI_WATERMARK_LINK", "LIVE_STREAMING_HELP_LINK")
PROMO = "phones are led to the vendor's app"


def check(server: Server) -> Iterator[Verdict]:
    """Promotion, pictures and links. A link to upstream's page is judged where it is shown."""
    yield from setting(interface, "MOBILE_APP_PROMO", judge=falsy(PROMO), absent=PROMO)(server)
    yield from setting(
        interface, "SHOW_CHROME_EXTENSION_BANNER", judge=falsy("a browser extension is promoted")
    )(server)
    yield from own_addresses("every visitor fetches it", *PICTURES, view=interface)(server)
    for config in interface(server):
        logo = config.get("SHOW_JITSI_WATERMARK")
        hidden = logo is not None and logo.value is False
        keys = [key for key in LINKS if not (hidden and key == "JITSI_WATERMARK_LINK")]
        for key in keys:
            node = config.get(key)
            if node is not None and config.unreadable is None:
                yield judge_address(server, key, node, "a click leads there")


CONTROL = Control(
    id="web-interface-links",
    title="The interface does not advertise or load from elsewhere",
    category=Category.THIRD_PARTY,
    severity=Severity.LOW,
    component="web",
    needs=("web.interface",),
    risk="The interface file holds links and pictures of its own: the vendor's app "
    "shop, its support page, and logos or backgrounds that every visitor fetches.",
    upstream_default="the app is promoted; links lead to jitsi.org",
    fix=Fix(
        variable="web_deep_linking",
        value="false",
        by_hand="Set MOBILE_APP_PROMO and SHOW_CHROME_EXTENSION_BANNER to false and point "
        "links and pictures in interface_config.js at your own server.",
    ),
    references=("jitsi/jitsi-meet: interface_config.js",),
    surfaces=(
        "web-mobile-app-promo",
        "web-legal-and-support-links",
        "web-branding-assets",
        "web-chrome-extension-banner",
        "url-hash-interface-config",
    ),
    check=check,
    bad=(
        drawn("var interfaceConfig = {\n  MOBILE_APP_PROMO: true,\n};\n", at=2),
        drawn("var interfaceConfig = {};\n", note="absent means promoted"),
        drawn(
            "var interfaceConfig = {\n"
            "  MOBILE_APP_PROMO: false,\n"
            "  JITSI_WATERMARK_LINK: 'https://jitsi.org',\n"
            "};\n",
            at=3,
        ),
    ),
    good=(
        drawn("var interfaceConfig = { MOBILE_APP_PROMO: false };\n"),
        drawn(
            "var interfaceConfig = { MOBILE_APP_PROMO: false, SHOW_JITSI_WATERMARK: "
            "false, JITSI_WATERMARK_LINK: 'https://jitsi.org' };\n",
            note="the logo with the link is not shown",
        ),
        drawn(
            "var interfaceConfig = { MOBILE_APP_PROMO: false, DEFAULT_LOGO_URL: "
            "'images/watermark.svg' };\n",
            note="a path",
        ),
        NO_INTERFACE,
    ),
    unclear=(drawn("var interfaceConfig = { MOBILE_APP_PROMO: !window.name };\n"),),
)
