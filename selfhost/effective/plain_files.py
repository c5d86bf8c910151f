"""Programs beside Jitsi whose settings are one YAML or INI file: Loki, Grafana and their like."""

from typing import TYPE_CHECKING

from selfhost.effective.config import Config
from selfhost.evidence.model import Document
from selfhost.readers.compose_yaml import YamlError, read_yaml
from selfhost.readers.flat import unreadable
from selfhost.readers.ini import read_ini
from selfhost.readers.tree import Node, Origin, Problem, Source, Tree

if TYPE_CHECKING:
    from selfhost.effective.server import Server


def files(server: "Server", component: str) -> tuple[Config, ...]:
    """One ``Config`` per file. Raises ``NotInstalled`` where the program is proved absent."""
    documents = server.required(f"{component}.config", component)
    return tuple(Config(component, Origin(d.path), (_read(d),)) for d in documents)


def _read(document: Document) -> Tree:
    source = Source(document.path, document.text)
    if document.source in ("grafana.config", "rclone.config"):
        return read_ini(source)
    problems: list[Problem] = []
    try:
        root = read_yaml(source, problems)
    except YamlError as error:
        return unreadable(error.origin, error.message)
    if root.value is None:
        nothing: dict[str, Node] = {}
        root = Node(nothing, root.origin)
    return Tree(root, tuple(problems))
