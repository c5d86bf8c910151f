"""What is fuzzed: each reader of a format, and the audit as a whole, as functions of bytes."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from types import MappingProxyType

from selfhost.audit.evaluate import evaluate
from selfhost.audit.model import Report
from selfhost.controls.registry import controls
from selfhost.evidence.model import Document, Evidence, State
from selfhost.evidence.plan import full_plan
from selfhost.readers import facts
from selfhost.readers.certificates import read_certificates
from selfhost.readers.compose import read_compose
from selfhost.readers.dotenv import read_dotenv
from selfhost.readers.hocon import read_hocon
from selfhost.readers.html import read_addresses
from selfhost.readers.javascript import read_client_config
from selfhost.readers.nftables import read_ruleset
from selfhost.readers.nginx import read_nginx_dump, read_nginx_files
from selfhost.readers.properties import read_properties
from selfhost.readers.prosody import read_prosody
from selfhost.readers.shell_environment import read_shell_environment
from selfhost.readers.tree import Source, Tree
from selfhost.readers.turnserver import read_turnserver
from selfhost.reports import json, terminal

Target = Callable[[str], object]

#: Loaded before anything is watched: modules run code of their own when they are imported.
CONTROLS = controls()


def _source(text: str) -> Source:
    return Source("/fuzzed", text)


def _walked(tree: Tree) -> Tree:
    for path, _ in tree.walk():
        tree.get(path)
    return tree


def _facts(text: str) -> None:
    for read in (
        facts.read_packages,
        facts.read_units,
        facts.read_processes,
        facts.read_sockets,
        facts.read_containers,
        facts.read_listing,
    ):
        read(_source(text))


def _prosody(text: str) -> object:
    return read_prosody({"/p.lua": Source("/p.lua", text)}, "/p.lua", environment={"A": "b"})


def _nginx(text: str) -> None:
    read_nginx_dump(_source(text))
    read_nginx_files({"/n": Source("/n", text)}, "/n")


def _hocon(text: str) -> object:
    def include(_kind: str, name: str) -> Source | None:
        return Source(name, text) if name.startswith("a") else None

    return _walked(read_hocon(_source(text), include=include, environment={"A": "b"}))


@cache
def sources() -> tuple[str, ...]:
    """The names of all evidence."""
    return tuple(step.name for step in full_plan())


def _audit(text: str) -> None:
    """The first character chooses which evidence the rest is; all else is empty."""
    names = sources()
    chosen = names[ord(text[0]) % len(names)] if text else names[0]
    document = Document(chosen, "/fuzzed", State.PRESENT, text[1:].encode("utf-8", "replace"))
    evidence = Evidence("fuzzed", "2026-01-01T00:00:00Z", (document,), frozenset({chosen}))
    report = Report((evaluate(evidence, CONTROLS),), None, "0", 1, "0")
    json.render(report)
    terminal.render(report, width=100, colour=False, verbose=True)


TARGETS = MappingProxyType[str, Target](
    {
        "javascript": lambda text: _walked(read_client_config([_source(text)])),
        "html": lambda text: read_addresses(_source(text)),
        "prosody": _prosody,
        "hocon": _hocon,
        "properties": lambda text: _walked(read_properties(_source(text))),
        "environment": lambda text: _walked(read_shell_environment(_source(text))),
        "nginx": _nginx,
        "turnserver": lambda text: _walked(read_turnserver(_source(text))),
        "dotenv": lambda text: _walked(read_dotenv(_source(text))),
        "compose": lambda text: read_compose(_source(text), None),
        "certificates": lambda text: read_certificates(_source(text)),
        "nftables": lambda text: read_ruleset(_source(text)),
        "facts": _facts,
        "audit": _audit,
    }
)

_EVIDENCE = MappingProxyType(
    {
        "javascript": ("web.config", "web.interface"),
        "html": ("web.page",),
        "prosody": ("prosody.config",),
        "hocon": ("jicofo.config", "videobridge.config", "jibri.config"),
        "properties": ("jicofo.legacy", "videobridge.legacy", "jigasi.config"),
        "environment": ("jicofo.environment", "videobridge.environment", "host.environment_files"),
        "nginx": ("nginx.effective", "nginx.files"),
        "turnserver": ("coturn.config",),
        "dotenv": ("docker.environment",),
        "compose": ("docker.compose",),
        "certificates": ("host.certificates",),
        "nftables": ("host.firewall",),
        "facts": ("host.packages", "host.units", "host.processes", "host.sockets"),
    }
)


def seeds(target: str) -> Iterator[str]:
    """What to start from: the controls' examples in that format."""
    names = sources()
    wanted = _EVIDENCE.get(target, names)
    for control in CONTROLS:
        for example in (*control.bad, *control.good, *control.unclear):
            for source, text in example.evidence.items():
                if source not in wanted:
                    continue
                if target != "audit":
                    yield text
                elif source in names:
                    yield chr(names.index(source)) + text


def words(target: str) -> tuple[str, ...]:
    """Words and signs of the format, for a fuzzer's dictionary."""
    found = {word for text in seeds(target) for word in re.findall(r"[\w.-]{2,30}|[^\w\s]+", text)}
    return tuple(sorted(found))
