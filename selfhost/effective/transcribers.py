"""Jigasi, as it would use its settings.

``sip-communicator.properties`` wins over system properties: Jitsi's configuration service asks the
Java machine only for names that the file does not have. docker-jitsi-meet appends
``custom-sip-communicator.properties`` to the file. The interfaces have settings in HOCON besides
(``org.jitsi.jigasi.rest.host``), which count where the older spelling is not set.
"""

import re
import shlex
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from selfhost.effective import jvm
from selfhost.effective.config import Config
from selfhost.effective.recorders import system_properties
from selfhost.evidence.model import Document
from selfhost.readers.hocon import read_hocon
from selfhost.readers.properties import read_properties
from selfhost.readers.shell_environment import read_shell_environment
from selfhost.readers.template import doubt, fill, has_marks, is_template, mark
from selfhost.readers.tree import Node, Origin, Source, Tree, Unknown

if TYPE_CHECKING:
    from selfhost.effective.server import Server

#: What an installer has yet to fill in.
_PLACEHOLDER = re.compile(r"<<\w+>>|\$\{\w|@@\w+@@|%%\w+%%")
_VALUE = mark("value")
_HOCON_ROOT = ("org", "jitsi", "jigasi")


def jigasi(server: "Server") -> tuple[Config, ...]:
    """One ``Config`` per gateway, keys flat: a folder is one gateway's.

    Raises ``NotInstalled`` where there is none.
    """
    documents = server.required("jigasi.config", "jigasi")
    weaker = (*_properties_of_the_machine(server), *_hocon(server))
    folders = dict.fromkeys(d.path.rpartition("/")[0] for d in documents)
    return tuple(
        _gateway([d for d in documents if d.path.rpartition("/")[0] == folder], weaker)
        for folder in folders
    )


def _gateway(documents: list[Document], weaker: tuple[Tree, ...]) -> Config:
    def appended(document: Document) -> bool:
        return PurePosixPath(document.path).name.startswith("custom-")

    ordered = sorted(documents, key=appended, reverse=True)
    layers = tuple(_settings(Source(d.path, d.text)) for d in ordered)
    return Config("jigasi", Origin(ordered[-1].path), (*layers, *weaker))


def _settings(source: Source) -> Tree:
    """The file's keys; what depends on a template is ``Unknown``."""
    filled = fill(source.text, _VALUE) if is_template(source.text) else None
    if filled is None:
        tree = read_properties(source)
    else:
        tree = doubt(read_properties(Source(source.path, filled.text)), filled.doubtful)
    if not isinstance(tree.root.value, dict):
        return tree
    found = {}
    for key, node in tree.root.value.items():
        if has_marks(key):
            continue
        value = node.value
        if isinstance(value, str) and _PLACEHOLDER.search(value):
            value = Unknown("a placeholder that was not filled in")
        found[key] = Node(value, node.origin, node.overrides, node.rest)
    root = tree.root
    return Tree(Node(found, root.origin, root.overrides, root.rest), tree.problems)


def _properties_of_the_machine(server: "Server") -> tuple[Tree, ...]:
    """``-D`` arguments of the running gateway, or those that the next start would get."""
    if server.evidence.in_scope("host.processes"):
        running = jvm.running(server, "jigasi")
        if running:
            return tuple(
                _flat(system_properties(p), Origin(f"/proc/{p.pid}/cmdline")) for p in running
            )
    found = []
    for document in server.optional("jigasi.environment"):
        node = read_shell_environment(Source(document.path, document.text)).get(("JAVA_SYS_PROPS",))
        if node is None or not isinstance(node.value, str):
            continue
        try:
            words = shlex.split(node.value)
        except ValueError:
            continue
        pairs = [word[2:].partition("=") for word in words if word.startswith("-D")]
        found.append(_flat({name: value for name, _, value in pairs}, node.origin))
    return tuple(found)


def _flat(properties: dict[str, str], origin: Origin) -> Tree:
    return Tree(Node({name: Node(value, origin) for name, value in properties.items()}, origin))


def _hocon(server: "Server") -> tuple[Tree, ...]:
    found = []
    for document in server.optional("jigasi.hocon"):
        tree = read_hocon(Source(document.path, document.text))
        flat = {
            ".".join(path): node
            for path, node in tree.walk()
            if path[: len(_HOCON_ROOT)] == _HOCON_ROOT and not isinstance(node.value, dict)
        }
        root = tree.root
        value = root.value if isinstance(root.value, Unknown) else flat
        found.append(Tree(Node(value, root.origin, rest=root.rest), tree.problems))
    return tuple(found)
