"""What is fuzzed: each reader of a format, and the audit as a whole, as functions of bytes."""

import base64
import io
import re
import tarfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import cast

from selfhost.audit.evaluate import evaluate
from selfhost.audit.model import Report
from selfhost.controls.registry import controls
from selfhost.effective import helm
from selfhost.effective.seen import NoAnswer
from selfhost.effective.server import Server
from selfhost.errors import TargetError
from selfhost.evidence import bundle
from selfhost.evidence.collector.redactor import Redactor
from selfhost.evidence.collector.syntax import CODE, HOCON, LINES, NGINX, Overload
from selfhost.evidence.model import Document, Evidence, State
from selfhost.evidence.plan import full_plan
from selfhost.readers import facts, template
from selfhost.readers.apache import read_apache
from selfhost.readers.certificates import read_certificates
from selfhost.readers.compose import read_compose
from selfhost.readers.dotenv import read_dotenv
from selfhost.readers.embedding import is_embedding, read_embedded
from selfhost.readers.hocon import read_hocon
from selfhost.readers.html import read_addresses
from selfhost.readers.ini import read_ini
from selfhost.readers.javascript import read_client_config
from selfhost.readers.kubernetes import read_manifests
from selfhost.readers.nftables import read_ruleset
from selfhost.readers.nginx import read_nginx_dump, read_nginx_files
from selfhost.readers.outside import read_seen
from selfhost.readers.pjsua import read_pjsua
from selfhost.readers.properties import read_properties
from selfhost.readers.prosody import read_prosody
from selfhost.readers.shell_environment import read_shell_environment
from selfhost.readers.tree import Source, Tree
from selfhost.readers.turnserver import read_turnserver
from selfhost.reports import json, terminal
from selfhost.targets.archive import ArchiveTarget
from selfhost.targets.order import Order
from selfhost.targets.recognise import SAMPLE, recognise
from selfhost.targets.ssh import read_answer
from selfhost.targets.ssh_connection import Completed

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


def _embedding(text: str) -> object:
    is_embedding(text)
    return [_walked(found.settings) for found in read_embedded(_source(text), "not given")]


def _kubernetes(text: str) -> object:
    read = read_manifests(_source(text))
    return [_walked(container.environment) for container in read.containers]


def _helm(text: str) -> None:
    document = Document(helm.SOURCE, "/values.yaml", State.PRESENT, text.encode("utf-8", "replace"))
    server = Server(Evidence("x", "2026-01-01T00:00:00Z", (document,), frozenset({helm.SOURCE})))
    try:
        helm.services(server)
        for config in helm.configs(server):
            for layer in config.layers:
                _walked(layer)
    except NoAnswer:
        return


def _template(text: str) -> None:
    if template.is_template(text):
        filled = template.fill(text, "0")
        template.doubt(read_hocon(Source("/t", filled.text)), filled.doubtful, "x")


def _outside(text: str) -> None:
    for answer in read_seen(_source(text))[0]:
        for seen in (answer, *answer.records("features")):
            seen.text("url"), seen.number("status"), seen.true("open")
            seen.texts("names"), seen.header("server")


def _redaction(text: str) -> None:
    """What redacting leaves is what redacting it again leaves."""
    redactor = Redactor(b"k" * 32)
    for syntax in (CODE, HOCON, NGINX, LINES):
        try:
            redactor.content(text.encode("utf-8", "replace"), syntax)
        except Overload:
            continue
    redactor.arguments(text.split("\n")[:100])
    recognise("/x/unknown", text[:SAMPLE])


_ORDER = Order(nonce="0")


def _answer(text: str) -> None:
    """A line that begins with ``+`` stands for the packed content of the document before it."""
    lines = text.split("\n")
    packed = [
        re.sub(r"\+(.*)", lambda m: base64.b64encode(zlib.compress(m[1].encode())).decode(), line)
        for line in lines
    ]
    for stdout in (text, "\n".join(packed)):
        try:
            read_answer(Completed(0, stdout.encode("utf-8", "replace"), b""), _ORDER, "h")
        except TargetError:
            continue


class _InMemory:
    """A file that is on no disk, as far as ``members`` asks for one."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def open(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self._content)

    def __str__(self) -> str:
        return "/fuzzed"


def _tar(members: list[tuple[tarfile.TarInfo, bytes]]) -> Path:
    blocks = []
    for info, content in members:
        padding = bytes(-len(content) % 512)
        try:
            blocks.append(info.tobuf(tarfile.GNU_FORMAT, "utf-8", "replace") + content + padding)
        except ValueError:
            continue
    return cast("Path", _InMemory(b"".join(blocks) + bytes(1024)))


def _bundle(text: str) -> None:
    """A manifest with two files beside it."""
    members = []
    for name in (bundle.MANIFEST, "documents/0000-a", "documents/0001-b"):
        content = text.encode("utf-8", "replace") if name == bundle.MANIFEST else b"a = 1\n"
        info = tarfile.TarInfo(name)
        info.size = len(content)
        members.append((info, content))
    try:
        bundle.read_bundle(_tar(members))
    except TargetError:
        return


def _archive(text: str) -> None:
    """Each line a member: its type, its size if that is a lie, its name, where it leads, what is
    in it; all by tabulators."""
    members = []
    for line in text.split("\n")[:200]:
        kind, size, name, link, content, *_ = (*line.split("\t"), "", "", "", "", "")
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind[:1].encode("latin-1", "replace") or b"0", link
        body = content.encode("utf-8", "replace")
        info.size = int(size) if re.fullmatch(r"[0-9]{1,11}", size) else len(body)
        members.append((info, body))
    try:
        ArchiveTarget(_tar(members)).collect()
    except TargetError:
        return


TARGETS = MappingProxyType[str, Target](
    {
        "javascript": lambda text: _walked(read_client_config([_source(text)])),
        "html": lambda text: read_addresses(_source(text)),
        "prosody": _prosody,
        "hocon": _hocon,
        "properties": lambda text: _walked(read_properties(_source(text))),
        "environment": lambda text: _walked(read_shell_environment(_source(text))),
        "nginx": _nginx,
        "pjsua": lambda text: _walked(read_pjsua(_source(text))),
        "turnserver": lambda text: _walked(read_turnserver(_source(text))),
        "dotenv": lambda text: _walked(read_dotenv(_source(text))),
        "compose": lambda text: read_compose(_source(text), None),
        "certificates": lambda text: read_certificates(_source(text)),
        "nftables": lambda text: read_ruleset(_source(text)),
        "facts": _facts,
        "ini": lambda text: _walked(read_ini(_source(text))),
        "apache": lambda text: read_apache([_source(text)]),
        "helm": _helm,
        "kubernetes": _kubernetes,
        "embedding": _embedding,
        "template": _template,
        "outside": _outside,
        "redaction": _redaction,
        "answer": _answer,
        "bundle": _bundle,
        "archive": _archive,
        "audit": _audit,
    }
)
