from collections.abc import Iterator

from selfhost.controls.model import Category, Control, Fix, Severity, Verdict
from selfhost.controls.predicates import judge_setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import judge_address, own_addresses, unset
from selfhost.effective.server import Server

LINKS = ("legalUrls.helpCentre", "legalUrls.privacy", "legalUrls.terms")
OTHERS = (
    "legalUrls.security",
    "deploymentUrls.userDocumentationURL",
    "deploymentUrls.downloadAppsUrl",
    "recordings.consentLearnMoreLink",
)
WHY = "a click leads to a page of the Jitsi project"


def check(server: Server) -> Iterator[Verdict]:
    """Three links are shown with upstream's addresses unless they are set."""
    for config in server.web:
        for key in LINKS:
            node = config.get(key)
            if key.endswith("helpCentre") and node is None:
                old = config.get("helpCentreURL")
                key, node = ("helpCentreURL", old) if old is not None else (key, None)
            if node is None or config.unreadable is not None:
                yield judge_setting(config, key, unset(WHY), WHY)
            else:
                yield judge_address(server, key, node, "a click leads there")
    yield from own_addresses("a click leads there", *OTHERS)(server)


CONTROL = Control(
    id="web-vendor-links",
    title="Help and legal links lead to own pages",
    category=Category.THIRD_PARTY,
    severity=Severity.LOW,
    component="web",
    needs=("web.config",),
    risk="The links that are shown unless others are set lead to pages of the Jitsi "
    "project: the visitor reads another company's privacy notice, and a click "
    "tells it where the visitor came from.",
    upstream_default="jitsi.org and web-cdn.jitsi.net",
    fix=Fix(
        variable="web_legal_urls",
        value="",
        by_hand="Set config.legalUrls = { helpCentre, privacy, terms } to your own pages "
        "in config.js.",
    ),
    references=(
        "jitsi/jitsi-meet: config.js",
        "jitsi/jitsi-meet: react/features/base/config/constants.ts",
    ),
    surfaces=("web-legal-and-support-links",),
    check=check,
    bad=(
        served("var config = {};\n", note="absent means upstream's pages"),
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  legalUrls: {\n"
            "    helpCentre: '/static/help.html',\n"
            "    privacy: 'https://jitsi.org/meet/privacy',\n"
            "    terms: '/static/terms.html',\n"
            "  },\n"
            "};\n",
            at=5,
        ),
    ),
    good=(
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  legalUrls: { helpCentre: 'https://www.example.org/help', privacy: "
            "'/privacy.html', terms: '/terms.html' },\n"
            "};\n"
        ),
        served(
            "var config = { helpCentreURL: '/help', legalUrls: { privacy: "
            "'/privacy.html', terms: '/terms.html' } };\n",
            note="the old key for help",
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { legalUrls: legal };\n"),
        BROKEN,
    ),
)
