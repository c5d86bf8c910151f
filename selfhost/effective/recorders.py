"""Jibri and the multitrack recorder, as each would use its settings.

Jibri asks its old ``config.json`` first (its start script names that file whenever it exists), then
system properties, then ``jibri.conf``: jitsi/jibri, Main.kt and FileRecordingJibriService.kt.
"""

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from selfhost.effective import jvm
from selfhost.effective.config import Config
from selfhost.effective.layers import tree_of
from selfhost.effective.seen import Unseen
from selfhost.evidence.model import Document
from selfhost.readers.facts import Process
from selfhost.readers.hocon import read_hocon
from selfhost.readers.tree import Node, Origin, Source, Tree, Unknown

if TYPE_CHECKING:
    from selfhost.effective.server import Server

#: Keys of ``config.json`` and where they are in ``jibri.conf``.
_LEGACY = {
    "recording_directory": "jibri.recording.recordings-directory",
    "finalize_recording_script_path": "jibri.recording.finalize-script",
    "single_use_mode": "jibri.single-use-mode",
    "enable_stats_d": "jibri.stats.enable-stats-d",
    "xmpp_environments": "jibri.api.xmpp.environments",
}
_LEGACY_ENVIRONMENT = {
    "xmpp_server_hosts": "xmpp-server-hosts",
    "xmpp_domain": "xmpp-domain",
    "baseUrl": "base-url",
    "control_muc": "control-muc",
    "control_login": "control-login",
    "sip_control_muc": "sip-control-muc",
    "call_login": "call-login",
    "usage_timeout": "usage-timeout",
    "always_trust_certs": "trust-all-xmpp-certs",
    "security_mode": "security-mode",
    "room_name": "room-name",
}
#: Of a program that loads its settings with the library's overrides, as Jibri does.
_BY_VARIABLES = "config.override_with_env_vars"
_FORCE = "CONFIG_FORCE_"
_UNDERSCORES = re.compile("_+")
_STANDS_FOR = {1: ".", 2: "-", 3: "_"}
#: Files that only add to a ``jibri.conf``.
_PARTS = ("custom-jibri.conf", "xmpp.conf")


def jibri(server: "Server") -> tuple[Config, ...]:
    """One ``Config`` per recorder: a folder is one recorder's.

    Raises ``NotInstalled`` where there is none, ``Unseen`` when the running recorder was told to
    read another file than the ones seen.
    """
    documents = server.optional("jibri.config")
    legacy = server.optional("jibri.legacy")
    if not documents and not legacy:
        server.prove_absent("jibri", server.looked_for("jibri.config"))
    folders = dict.fromkeys(_folder(d) for d in (*documents, *legacy))
    running = _running(server, tuple(d.path for d in documents))
    return tuple(
        _recorder(
            tuple(d for d in documents if _folder(d) == folder),
            tuple(d for d in legacy if _folder(d) == folder),
            running,
            given=server.evidence.scope is not None,
        )
        for folder in folders
    )


def multitrack(server: "Server") -> tuple[Config, ...]:
    """The multitrack recorder's ``jmr.conf``, one ``Config`` per file."""
    documents = server.required("multitrack.config", "multitrack")
    running = _running(server, tuple(d.path for d in documents), "multitrack")
    return tuple(
        Config(
            "multitrack",
            Origin(document.path),
            (*running, read_hocon(Source(document.path, document.text))),
        )
        for document in documents
    )


def _folder(document: Document) -> str:
    return document.path.rpartition("/")[0]


def _running(
    server: "Server", paths: tuple[str, ...], component: str = "jibri"
) -> tuple[Tree, ...]:
    """The system properties that running recorders were given."""
    if not server.evidence.in_scope("host.processes"):
        return ()
    found = []
    for process in jvm.running(server, component):
        properties = system_properties(process)
        file = properties.pop("config.file", paths[0] if paths else "")
        if file not in paths:
            raise Unseen(f"process {process.pid} reads {file}, which was not collected")
        if any(name in properties for name in jvm.ELSEWHERE):
            raise Unseen(f"process {process.pid} reads no file, but what its arguments name")
        origin = Origin(f"/proc/{process.pid}/cmdline")
        nodes = {name: Node(value, origin) for name, value in properties.items()}
        if component == "jibri" and properties.get(_BY_VARIABLES, "").lower() == "true":
            nodes |= _forced(process)
        if nodes:
            found.append(tree_of([(tuple(k.split(".")), n) for k, n in nodes.items()], origin))
    return tuple(found)


def _forced(process: Process) -> dict[str, Node]:
    """Settings of ``CONFIG_FORCE_…`` variables, which win over all else where the program was told
    so. In their names ``_`` stands for a dot, ``__`` for a hyphen, ``___`` for an underscore
    (lightbend/config: ConfigImplUtil.java)."""
    if process.environment is None:
        raise Unseen(f"the variables of process {process.pid} may not be read")
    origin = Origin(f"/proc/{process.pid}/environ")
    hidden = Unknown("only its name was taken")
    return {
        _UNDERSCORES.sub(lambda run: _STANDS_FOR.get(len(run[0]), run[0]), name[len(_FORCE) :]): (
            Node(hidden if value is None else value, origin)
        )
        for name, value in process.environment.items()
        if name.startswith(_FORCE)
    }


def system_properties(process: Process) -> dict[str, str]:
    """``-Dname=value`` arguments, the last of a name winning."""
    pairs = (a[2:].partition("=") for a in process.arguments if a.startswith("-D"))
    return {name: value for name, _, value in pairs}


def _recorder(
    documents: tuple[Document, ...],
    legacy: tuple[Document, ...],
    running: tuple[Tree, ...],
    *,
    given: bool,
) -> Config:
    included: set[str] = set()

    def include(kind: str, name: str) -> Source | None:
        wanted = PurePosixPath(name).name
        for document in documents:
            if kind in ("name", "file") and PurePosixPath(document.path).name == wanted:
                included.add(document.path)
                return Source(document.path, document.text)
        return None

    # A file that others include comes last, so that it is known by then.
    main = sorted(documents, key=lambda d: PurePosixPath(d.path).name in _PARTS)
    layers: list[Tree] = []
    for document in main:
        if document.path in included:
            continue
        tree = read_hocon(Source(document.path, document.text), include=include)
        if given and isinstance(tree.root.value, Unknown):
            tree = jvm.as_template(document, include) or tree
        if len(documents) == 1 and PurePosixPath(document.path).name in _PARTS:
            tree = _part(tree)
        layers.insert(0, tree)
    old = [_legacy(Source(d.path, d.text)) for d in legacy]
    place = Origin((main or list(legacy))[0].path)
    return Config("jibri", place, (*old, *running, *layers))


def _part(tree: Tree) -> Tree:
    """A file that adds to one that was not given: what it does not say, the other may."""
    root = tree.root
    if root.rest is not None or not isinstance(root.value, dict):
        return tree
    rest = Unknown("the jibri.conf that this file adds to was not given")
    return Tree(_open(root, rest), tree.problems)


def _open(node: Node, rest: Unknown) -> Node:
    if not isinstance(node.value, dict):
        return node
    inner = {key: _open(child, rest) for key, child in node.value.items()}
    return Node(inner, node.origin, node.overrides, node.rest or rest)


def _legacy(source: Source) -> Tree:
    """``config.json`` under the names of ``jibri.conf``. JSON is HOCON, comments included."""
    tree = read_hocon(source)
    root = tree.root
    if not isinstance(root.value, dict):
        return tree
    result: dict[str, Node] = {}
    for key, node in root.value.items():
        path = _LEGACY.get(key)
        if path is None or node.value is None:
            continue
        if key == "xmpp_environments":
            if not isinstance(node.value, list | tuple) or not node.value:
                continue  # an empty list counts as absent
            items = tuple(_environment(item) for item in node.value)
            node = Node(items, node.origin, node.overrides, node.rest)
        _put(result, path.split("."), node)
    return Tree(Node(result, root.origin, rest=root.rest), tree.problems)


def _environment(node: Node, *, inner: bool = False) -> Node:
    if not isinstance(node.value, dict):
        return node
    renamed: dict[str, Node] = {
        _LEGACY_ENVIRONMENT.get(str(key), str(key)): _environment(child, inner=True)
        for key, child in node.value.items()
    }
    if not inner:
        # Not said is yes in the old file.
        renamed.setdefault("trust-all-xmpp-certs", Node(True, node.origin))
    return Node(renamed, node.origin, node.overrides, node.rest)


def _put(into: dict[str, Node], path: list[str], node: Node) -> None:
    first, *rest = path
    if not rest:
        into[first] = node
        return
    held = into.get(first)
    below = dict(held.value) if held is not None and isinstance(held.value, dict) else {}
    _put(below, rest, node)
    into[first] = Node(below, node.origin)
