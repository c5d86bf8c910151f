"""rtcstats-server's YAML files, under the names of the variables that win over them.

It reads ``config/`` with node-config: ``default``, then the file that ``NODE_ENV`` names, then
``local`` and ``local-`` with that name, then variables (jitsi/rtcstats-server:
config/custom-environment-variables.yaml). Its service runs with ``NODE_ENV=production``.
"""

import posixpath
from typing import TYPE_CHECKING

from selfhost.evidence.model import Document
from selfhost.readers.compose_yaml import YamlError, read_yaml
from selfhost.readers.flat import unreadable
from selfhost.readers.tree import Node, Origin, Problem, Source, Tree, Unknown

if TYPE_CHECKING:
    from selfhost.effective.server import Server

SOURCE = "rtcstats.config"
#: Keys of the files, and the variables that win over them.
VARIABLES = {
    "server.serviceType": "RTCSTATS_SERVICE_TYPE",
    "amplitude.key": "RTCSTATS_AMPLITUDE_KEY",
    "firehose.faceLandmarksStream": "RTCSTATS_FIREHOSE_FACE_LANDMARKS_STREAM",
    "firehose.faceExpressionStream": "RTCSTATS_FIREHOSE_FACE_LANDMARKS_STREAM",
    "webhooks.apiEndpoint": "RTCSTATS_WEBHOOK_ENDPOINT",
    "mongodb.uri": "RTCSTATS_MONGODB_URI",
}
_ORDER = ("default", "production", "local", "local-production")


def files(server: "Server") -> tuple[Tree, ...]:
    """One tree for each file in force, the strongest first; keys flat."""
    found: dict[str, Document] = {}
    for document in server.optional(SOURCE):
        name = posixpath.splitext(posixpath.basename(document.path))[0]
        if name in _ORDER:
            found.setdefault(name, document)
    return tuple(_read(found[name]) for name in reversed(_ORDER) if name in found)


def without_empty(tree: Tree) -> Tree:
    """Variables as node-config takes them: an empty one counts as not set."""
    root = tree.root
    if not isinstance(root.value, dict):
        return tree
    named = {name: node for name, node in root.value.items() if node.value != ""}
    return Tree(Node(named, root.origin, root.overrides, root.rest), tree.problems)


def _read(document: Document) -> Tree:
    source = Source(document.path, document.text)
    problems: list[Problem] = []
    try:
        root = read_yaml(source, problems)
    except YamlError as error:
        return unreadable(error.origin, error.message)
    whole = Tree(root, tuple(problems))
    named: dict[str, Node] = {}
    for key, name in VARIABLES.items():
        node = whole.get(key) if isinstance(root.value, dict) else None
        # An empty key says nothing: the file below may.
        if node is not None and node.value is not None and name not in named:
            named[name] = node
    hole = root.value if isinstance(root.value, Unknown) else root.rest
    return Tree(Node(named, Origin(document.path), rest=hole), tuple(problems))
