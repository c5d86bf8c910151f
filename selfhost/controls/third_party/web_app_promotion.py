from collections.abc import Iterator

from selfhost.controls.model import Category, Control, Fix, Severity, Verdict
from selfhost.controls.predicates import judge_setting, setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, truthy, unset, web
from selfhost.effective.server import Server

WHY = "phones are led to the vendor's app"


def check(server: Server) -> Iterator[Verdict]:
    """The old switch is taken only while the new object does not say otherwise."""
    for config in server.web:
        old = config.get("disableDeepLinking")
        new = config.get("deeplinking.disabled")
        key = "disableDeepLinking" if old is not None and new is None else "deeplinking.disabled"
        yield judge_setting(config, key, truthy(WHY), WHY)
    yield from setting(
        web,
        "chromeExtensionBanner.url",
        "chromeExtensionBanner.edgeUrl",
        judge=unset("a browser extension is promoted"),
    )(server)


CONTROL = Control(
    id="web-app-promotion",
    title="Visitors are not sent to the vendor's apps",
    category=Category.THIRD_PARTY,
    severity=Severity.MEDIUM,
    component="web",
    needs=("web.config",),
    risk=(
        "On a phone the page offers the vendor's app from a shop; the app carries "
        "its own statistics, which no server can switch off. The extension banner "
        "promotes an add-on that reads calendars. " + BY_LINK
    ),
    upstream_default="offered on phones",
    fix=Fix(
        variable="web_deep_linking",
        value="false",
        by_hand="Set config.deeplinking = { disabled: true } and remove "
        "chromeExtensionBanner in config.js.",
    ),
    references=("jitsi/jitsi-meet: config.js",),
    surfaces=(
        "web-deeplinking",
        "web-chrome-extension-banner",
        "sys-mobile-apps",
    ),
    check=check,
    bad=(
        served("var config = {};\n", note="absent means offered"),
        served("var config = {\n  deeplinking: {\n    disabled: false,\n  },\n};\n", at=3),
        served(
            "var config = { deeplinking: { disabled: true } };\n"
            "config.chromeExtensionBanner = { url: "
            "'https://chrome.google.com/webstore/detail/x' };\n",
            at=2,
        ),
    ),
    good=(
        served("var config = { deeplinking: { disabled: true } };\n"),
        served("var config = { disableDeepLinking: true };\n", note="the old key"),
        NO_WEB,
    ),
    unclear=(
        served("var config = { deeplinking: { disabled: inApp } };\n"),
        BROKEN,
    ),
)
