from collections.abc import Iterator
from dataclasses import replace

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Fix,
    Severity,
    Status,
    Verdict,
    fail,
    passed,
    unknown,
)
from selfhost.controls.predicates import first_unknown, judge_setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import (
    is_true,
    judge_address,
    leaves,
    truthy,
)
from selfhost.effective.config import Config
from selfhost.effective.server import Server
from selfhost.readers.tree import Node, Unknown

KEY = "p2p.stunServers"
WHY = "browsers tell it their addresses"
FALLBACK = "the library then uses meet-jit-si-turnrelay.jitsi.net"
OFF = "p2p.enabled is false, which a meeting link can change"


def check(server: Server) -> Iterator[Verdict]:
    """Present, and each entry an own server."""
    for config in server.web:
        node = config.get(KEY)
        if node is None or config.unreadable is not None:
            yield _although_off(config, judge_setting(config, KEY, truthy(FALLBACK), FALLBACK))
        elif not isinstance(node.value, list | tuple):
            whole = first_unknown(node) is None
            yield _no_list(node) if whole else judge_setting(config, KEY, truthy(FALLBACK), None)
        elif not node.value:
            yield passed(f"{KEY} is an empty list", Cited.node(KEY, node))
        else:
            for item in node.value:
                yield from (_although_off(config, verdict) for verdict in _entry(server, item))


def _although_off(config: Config, verdict: Verdict) -> Verdict:
    """Says so where calls of two are off in the file: a link may switch them on again."""
    node = config.get("p2p.enabled")
    if verdict.status is not Status.FAIL or node is None or node.value is not False:
        return verdict
    return replace(verdict, message=f"{verdict.message} ({OFF})")


def _no_list(node: Node) -> Verdict:
    cited = Cited.node(KEY, node)
    if not is_true(node.plain()):
        return fail(f"{KEY} is {node.plain()!r}: {FALLBACK}", cited)
    return unknown(f"{KEY} is not a list", cited)


def _entry(server: Server, item: Node) -> Iterator[Verdict]:
    """``{ urls: 'stun:…' }``, or with a list of addresses."""
    if isinstance(item.value, Unknown):
        yield unknown(f"{KEY} cannot be told: {item.value.reason}", Cited.node(KEY, item))
        return
    urls = item.value.get("urls") or item.value.get("url") if isinstance(item.value, dict) else None
    if urls is None:
        yield unknown(f"{KEY} has an entry without urls", Cited.node(KEY, item))
        return
    for leaf in leaves(urls):
        yield judge_address(server, KEY, leaf, WHY)


CONTROL = Control(
    id="web-stun",
    title="Browsers ask no stranger for their own address",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="web",
    needs=("web.config",),
    risk="In a call of two, browsers ask the listed STUN servers for their own "
    "public address. Each such server learns who calls and when. Removing the "
    "list does not help: the library then asks a server of Jitsi's operator. "
    "An empty list does help, and so does an own server.",
    upstream_default="meet-jit-si-turnrelay.jitsi.net:443",
    fix=Fix(
        variable="web_stun_servers",
        value="[]",
        by_hand="Set config.p2p.stunServers to your own STUN server, or to [] , in "
        "config.js. Do not remove the key.",
    ),
    references=(
        "jitsi/jitsi-meet: config.js",
        "jitsi/lib-jitsi-meet: the fallback list of its peer-to-peer connection",
    ),
    gdpr="Art. 5(1)(f), 44",
    surfaces=(
        "web-p2p-stun-public",
        "web-proxy-stun-screenshare",
        "stun-google-public",
    ),
    check=check,
    bad=(
        served(
            "var config = {\n"
            "  p2p: {\n"
            "    enabled: true,\n"
            "    stunServers: [\n"
            "      { urls: 'stun:meet-jit-si-turnrelay.jitsi.net:443' },\n"
            "    ],\n"
            "  },\n"
            "};\n",
            at=5,
        ),
        served("var config = { p2p: { enabled: true } };\n", note="absent means the library's own"),
        served("var config = { p2p: { stunServers: null } };\n", at=1, note="null falls back too"),
        served("var config = { p2p: { stunServers: '' } };\n", at=1, note="so does an empty text"),
        served(
            "var config = { hosts: { domain: 'meet.example.org' }, p2p: { stunServers: "
            "[] } };\n"
            "config.p2p.stunServers = [{ urls: ['stun:meet.example.org:3478', "
            "'stun:stun.example.com:3478'] }];\n",
            at=2,
            note="one of two is foreign",
        ),
        served("var config = { p2p: { enabled: false } };\n", note="a link switches it on again"),
        served(
            "var config = { p2p: {} };\n"
            "config.p2p.stunServers = 'stun.example.com:443'.split(',').map(url => ({ urls: "
            "'stun:' + url }));\n"
            "config.hosts = { domain: 'meet.example.org' };\n",
            at=2,
            note="as docker-jitsi-meet writes it",
        ),
        served(
            "var config = { p2p: { stunServers: [\n"
            "  window.stun,\n"
            "  { urls: 'stun:stun.l.google.com:19302' },\n"
            "] } };\n",
            at=3,
            note="one is not known, the other is bad enough",
        ),
        served(
            "var config = { p2p: {} };\nconfig.stunServers = [];\n",
            note="a key elsewhere does nothing",
        ),
    ),
    good=(
        served(
            "var config = { p2p: { stunServers: [] } };\n", note="an empty list is taken as it is"
        ),
        served(
            "var config = { hosts: { domain: 'meet.example.org' }, p2p: { stunServers: "
            "[{ urls: 'stun:meet.example.org:3478' }] } };\n"
        ),
        served(
            "var config = { hosts: { domain: 'meet.example.org' }, p2p: { stunServers: "
            "[{ urls: 'stun:turn.example.org' }] } };\n",
            note="beside the own name",
        ),
        served(
            "var config = { p2p: { stunServers: [\n"
            "  // { urls: 'stun:stun.l.google.com:19302' },\n"
            "] } };\n",
            note="a comment",
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { p2p: { stunServers: window.stun } };\n"),
        served(
            "var config = { hosts: { domain: 'meet.example.org' }, p2p: { stunServers: "
            "[{ urls: 'stun:8.8.4.4:3478' }] } };\n",
            note="whose address?",
        ),
        BROKEN,
    ),
)
