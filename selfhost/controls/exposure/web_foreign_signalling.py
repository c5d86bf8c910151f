from collections.abc import Iterator

from selfhost.catalog.endpoints import kind_of_host
from selfhost.controls.model import Category, Cited, Control, Fix, Severity, Verdict, fail, passed
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import KINDS, own_addresses
from selfhost.effective.server import Server
from selfhost.readers.tree import Node

ADDRESSES = (
    *("bosh", "websocket", "websocketKeepAliveUrl", "conferenceRequestUrl"),
    "externalConnectUrl",  # of older clients: asked before the page is up
)
NAMES = ("domain", "muc", "focus", "anonymousdomain", "authdomain", "visitorFocus")
WHY = "all that is said about a meeting goes there"


def check(server: Server) -> Iterator[Verdict]:
    """The addresses that are contacted, and the names that are talked to behind them."""
    yield from own_addresses(WHY, *ADDRESSES)(server)
    for config in server.web:
        for name in NAMES:
            node = config.get(f"hosts.{name}")
            if node is not None and isinstance(node.value, str):
                yield _name(f"hosts.{name}", node, node.value)


def _name(key: str, node: Node, host: str) -> Verdict:
    """A name is no address, so only one that is known to be somebody else's is bad."""
    kind = kind_of_host(host)
    if kind:
        return fail(f"{key}: {host} is a name of {KINDS[kind]}", Cited.node(key, node))
    return passed(f"{key} is not known to be a third party's", Cited.node(key, node))


CONTROL = Control(
    id="web-foreign-signalling",
    title="Signalling runs over the own server",
    category=Category.EXPOSURE,
    severity=Severity.CRITICAL,
    component="web",
    needs=("web.config",),
    risk="Names of rooms and people, chat and the description of all media go to "
    "whatever host these keys name. With a foreign one, the own page is only a "
    "mask.",
    upstream_default="own server",
    fix=Fix(
        by_hand="Point bosh, websocket, websocketKeepAliveUrl, conferenceRequestUrl, "
        "externalConnectUrl and hosts in config.js at your own server."
    ),
    references=(
        "jitsi/jitsi-meet: config.js",
        "jitsi/docker-jitsi-meet: web/rootfs/defaults/settings-config.js",
    ),
    gdpr="Art. 28, 44",
    surfaces=(
        "web-signalling-foreign",
        "web-jaas-app-id",
        "url-hash-not-overridable",
    ),
    check=check,
    bad=(
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  bosh: 'https://8x8.vc/app/http-bind',\n"
            "};\n",
            at=3,
        ),
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  websocket: 'wss://xmpp.example.com/xmpp-websocket',\n"
            "};\n",
            at=3,
        ),
        served(
            'var subdir = \'<!--# echo var="subdir" default="" -->\';\n'
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  websocket: 'wss://8x8.vc/' + subdir + 'xmpp-websocket',\n"
            "};\n",
            at=4,
            note="the end does not matter",
        ),
        served("var config = { hosts: {} };\nconfig.hosts.domain = '8x8.vc';\n", at=2),
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  externalConnectUrl: '//meet.jit.si/http-pre-bind',\n"
            "};\n",
            at=3,
            note="older clients",
        ),
    ),
    good=(
        served("var config = {\n  bosh: 'https://' + location.host + '/http-bind',\n};\n"),
        served("var config = {\n  bosh: window.location.origin + '/http-bind',\n};\n"),
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  bosh: 'https://meet.example.org/http-bind',\n"
            "  websocket: 'wss://meet.example.org/xmpp-websocket',\n"
            "};\n"
        ),
        served(
            "var config = {\n  hosts: { domain: 'meet.example.org' },\n  bosh: '/http-bind',\n};\n",
            note="on the server itself",
        ),
        served(
            'var subdir = \'<!--# echo var="subdir" default="" -->\';\n'
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  bosh: 'https://meet.example.org/' + subdir + 'http-bind',\n"
            "};\n",
            note="as the Debian package writes it",
        ),
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  bosh: '//meet.example.org/http-bind',\n"
            "  // websocket: 'wss://8x8.vc/xmpp-websocket',\n"
            "};\n",
            note="a comment",
        ),
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  bosh: 'https://8x8.vc/http-bind',\n"
            "};\n"
            "config.bosh = '/http-bind';\n",
            note="overridden later",
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = {\n  bosh: 'https://' + location.host + '.example.com/x',\n};\n"),
        served(
            "var config = { hosts: { domain: 'meet.example.org' } };\n"
            "config.bosh = 'https://meet.example.org' + location.pathname + '/x';\n",
            note="the host does not end there",
        ),
        served(
            "var config = { bosh: 'https://xmpp.example.com/http-bind' };\n",
            note="the server's own name is not known",
        ),
        BROKEN,
    ),
)
