import re
from collections.abc import Iterator

from selfhost.catalog.client_keys import client_keys
from selfhost.catalog.endpoints import kind_of_host
from selfhost.controls.model import (
    Category,
    Cited,
    Confidence,
    Control,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
    unknown,
)
from selfhost.controls.predicates import judge_setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import KINDS, host_of, leaves, unset
from selfhost.effective.config import Config
from selfhost.effective.server import Server
from selfhost.readers.tree import Node, Origin

ADDRESS = re.compile(r"(?:(?:https?|wss?):)?//[^\s/]|(?:stuns?|turns?):", re.IGNORECASE)


def check(server: Server) -> Iterator[Verdict]:
    """Keys that look relevant by name or hold an address, and are in no catalogue."""
    for config in server.web:
        told = False
        seen: set[tuple[str, ...]] = set()
        for path, node in config.walk():
            above = any(path[:length] in seen for length in range(1, len(path)))
            if above or any(step.isdecimal() for step in path) or client_keys().knows(path):
                continue
            addresses = _addresses(node)
            if not addresses and not _relevant(path, node):
                continue
            seen.add(path)
            told = True
            yield _judge(".".join(path), node, addresses)
        if config.unreadable is not None:
            yield judge_setting(config, "config", unset("unread"), None)
            continue
        for hole in _open(config):
            told = True
            yield unknown("keys may be here that cannot be seen", Cited(hole))
        if not told:
            yield passed("every key is known or of no concern", Cited(config.place))


def _open(config: Config) -> list[Origin]:
    """Objects that may hold keys that cannot be seen, such as a spread of something unknown."""
    roots = [tree.root for tree in config.layers]
    return [n.origin for n in (*roots, *(n for _, n in config.walk())) if n.rest is not None]


def _relevant(path: tuple[str, ...], node: Node) -> bool:
    """By its name or by a name inside it."""
    if client_keys().looks_relevant(path[-1]):
        return True
    children = node.value.items() if isinstance(node.value, dict) else ()
    return any(_relevant((*path, name), child) for name, child in children)


def _addresses(node: Node) -> list[Node]:
    return [n for n in leaves(node) if isinstance(n.value, str) and ADDRESS.match(n.value)]


def _judge(key: str, node: Node, addresses: list[Node]) -> Verdict:
    """Bad where it leads to a known third party; otherwise nobody knows."""
    for address in addresses:
        try:
            host = host_of(str(address.value))
        except ValueError:
            continue
        kind = kind_of_host(host) if host else ""
        if kind in ("ai", "tracker", "jaas"):
            return fail(
                f"{key} is unknown and leads to {host}, {KINDS[kind]}", Cited.node(key, address)
            )
    return unknown(
        f"{key} is not a key of upstream's client: what it does is not known", Cited.node(key, node)
    )


CONTROL = Control(
    id="web-unclassified-keys",
    title="No key of the client is unknown to this audit",
    category=Category.INTEGRITY,
    severity=Severity.MEDIUM,
    component="web",
    needs=("web.config",),
    risk="A key that upstream does not have belongs to a changed client or a "
    "plug-in, for example an assistant. What it does is not known here, so it "
    "may not be passed over in silence.",
    upstream_default="none",
    fix=Fix(
        by_hand="Find out what reads the key and where its data goes; remove it if nothing does."
    ),
    references=(
        "jitsi/jitsi-meet: config.js",
        "jitsi/jitsi-meet: react/features/base/config/configType.ts",
    ),
    confidence=Confidence.LIKELY,
    surfaces=(
        "web-ai-assistant-absent",
        "web-custom-panel",
        "web-push-notifications-absent",
        "config-js-evaluation-order",
    ),
    check=check,
    bad=(
        served(
            "var config = {\n"
            "  aiAssistant: {\n"
            "    enabled: true,\n"
            "    endpoint: 'https://api.openai.com/v1/',\n"
            "  },\n"
            "};\n",
            at=4,
        ),
        served(
            "var config = {};\nconfig.insights = 'https://cdn.segment.com/analytics.js';\n", at=2
        ),
    ),
    good=(
        served(
            "var config = { hosts: { domain: 'meet.example.org' }, p2p: { stunServers: "
            "[{ urls: 'stun:meet.example.org' }] } };\n"
        ),
        served(
            "var config = { cornerRadius: 4, theme: { dark: true } };\n",
            note="unknown, and of no concern",
        ),
        served(
            "var config = { logging: { loggers: { 'modules/RTC/x.js': 'info' } }, "
            "maintainer: 'x' };\n",
            note="words inside words",
        ),
        served(
            "var config = {};\nvar aiAssistant = { url: 'https://api.openai.com/' };\n",
            note="another object",
        ),
        served(
            "var config = {\n  // aiAssistant: { url: 'https://api.openai.com/' },\n};\n",
            note="a comment",
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = {\n  meetingSummary: { enabled: true },\n};\n", at=2),
        served("var config = {\n  transcription: { llmUrl: '/summary' },\n};\n", at=2),
        served(
            "var config = { theme: { logo: 'https://cdn.example.com/logo.svg' } };\n",
            at=1,
            note="an address in an unknown key",
        ),
        BROKEN,
    ),
)
