"""Jitsi's Java programs: HOCON, ``-D`` arguments and the old properties, as jicoco merges them.

From the strongest to the weakest (jitsi/jicoco: ``JitsiConfig.kt`` and
``ReadOnlyConfigurationService.kt``):

1. an old key in ``sip-communicator.properties``, then one given as ``-D``;
2. the file that ``-Dconfig.file`` names, with what it includes;
3. ``-D`` arguments, which in these programs only fill what the file leaves open (nor do variables
   ``CONFIG_FORCE_…`` count, for these programs do not ask for the library's overrides);
4. the program's own defaults.

ice4j's old keys (``org.ice4j.…``) are different: the bridge turns those of the properties into
system properties, so the file wins over ``-D``, and ``-D`` over the properties.
"""

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from selfhost.catalog.components import components
from selfhost.effective.config import Config
from selfhost.effective.layers import over, tree_of
from selfhost.effective.legacy import translated
from selfhost.effective.seen import OLD_ALONE, Unseen
from selfhost.evidence.model import Document, within
from selfhost.readers import template
from selfhost.readers.facts import Process
from selfhost.readers.hocon import read_hocon
from selfhost.readers.properties import read_properties
from selfhost.readers.shell_environment import read_shell_environment
from selfhost.readers.tree import Node, Origin, Source, Tree, Unknown

if TYPE_CHECKING:
    from selfhost.effective.server import Server

#: Arguments by which these programs read something else than a file of ``-Dconfig.file``.
ELSEWHERE = ("config.url", "config.resource")
FILES = {"jicofo": "jicofo.conf", "videobridge": "jvb.conf"}
_HOME = "net.java.sip.communicator.SC_HOME_DIR_LOCATION"
_NAME = "net.java.sip.communicator.SC_HOME_DIR_NAME"
_ARGUMENT = re.compile(r"-D([^\s=]+)(?:=(\S*))?")
_ICE = "org.ice4j."
_KEY = re.compile(r"[A-Za-z_][\w-]*(?:\.[\w-]+)+")


def service(server: "Server", component: str) -> Config:
    """The settings of ``jicofo`` or ``videobridge``.

    Raises ``Unseen`` when the running program was told to read another file than the one seen.
    """
    documents = server.optional(f"{component}.config")
    old = [d for d in server.optional(f"{component}.legacy") if d.text.strip()]
    if not documents and not old:
        documents = server.required(f"{component}.config", component)
    document = _main(documents, component)
    place = Origin(document.path if document is not None else old[0].path)
    given = _Given()
    for process in _processes(server, component):
        given.take(process.arguments, Origin(f"/proc/{process.pid}/cmdline"))
        file = given.properties.get("config.file")
        if file is not None and document is not None and file.value != within(document.path):
            raise Unseen(f"process {process.pid} reads {file.value}, which was not collected")
        for elsewhere in map(given.properties.get, ELSEWHERE):
            if elsewhere is not None:
                raise Unseen(f"process {process.pid} reads {elsewhere.value} instead of a file")
    if not given.properties:
        for starting in server.optional(f"{component}.environment"):
            given.take_environment(Source(starting.path, starting.text))
    legacy = _legacy(old, given.properties, component)

    below = given.tree(place)
    if document is not None:
        complete = server.evidence.scope is None or server.supposed
        include = _including(posixpath.dirname(document.path), documents, complete=complete)
        read = read_hocon(Source(document.path, document.text), include=include)
        if server.evidence.scope is not None and isinstance(read.root.value, Unknown):
            read = as_template(document, include) or read
        below = over(read, below)
    elif not server.evidence.in_scope(f"{component}.config"):
        hole = Unknown(f"no {FILES[component]}: {OLD_ALONE}")
        below = Tree(Node(below.root.value, below.root.origin, (), hole))
    return Config(component, place, (_old_keys(component, legacy, given.properties, below), below))


def properties(server: "Server", source: str) -> tuple[Config, ...]:
    """The ``.properties`` files of a source. Raises ``NotInstalled`` where its program is not."""
    documents = server.required(source, source.partition(".")[0])
    return tuple(
        Config(source, Origin(d.path), (read_properties(Source(d.path, d.text)),))
        for d in documents
    )


def running(server: "Server", component: str) -> tuple[Process, ...]:
    """The component's Java processes."""
    markers = components()[component].processes
    return tuple(
        process
        for process in server.processes
        if any(marker in process.command_line.lower() for marker in markers)
        and any(argument.startswith("-D") for argument in process.arguments)
    )


def _main(documents: tuple[Document, ...], component: str) -> Document | None:
    named = (d for d in documents if posixpath.basename(d.path) == FILES[component])
    return next(named, documents[0] if documents else None)


# -- -D arguments ----------------------------------------------------------------------------------


class _Given:
    """``-Dname=value`` arguments. ``open``: why there may be others."""

    def __init__(self) -> None:
        self.properties: dict[str, Node] = {}
        self.open: Unknown | None = None

    def take(self, arguments: Iterable[str], origin: Origin) -> None:
        """The arguments of a command line; the last of a name wins."""
        for match in map(_ARGUMENT.fullmatch, arguments):
            if match:
                self.properties[match[1]] = Node(match[2] or "", origin)

    def take_environment(self, source: Source) -> None:
        """The file that the service's start script sources."""
        tree = read_shell_environment(source)
        for name in ("JAVA_SYS_PROPS", "JAVA_TOOL_OPTIONS"):
            node = tree.get((name,))
            if node is not None and isinstance(node.value, str):
                self.take(node.value.split(), node.origin)
            elif node is not None and isinstance(node.value, Unknown):
                self.open = node.value

    def tree(self, place: Origin) -> Tree:
        """As settings; whatever has no dot in its name is none."""
        names = (n for n in self.properties if _KEY.fullmatch(n) and not n.startswith("config."))
        settings = [(tuple(name.split(".")), self.properties[name]) for name in names]
        root = tree_of(settings, place).root
        return Tree(Node(root.value, root.origin, root.overrides, self.open))


def _processes(server: "Server", component: str) -> tuple[Process, ...]:
    return running(server, component) if server.evidence.in_scope("host.processes") else ()


# -- the HOCON file --------------------------------------------------------------------------------


def _including(
    folder: str, documents: tuple[Document, ...], *, complete: bool
) -> Callable[[str, str], Source | None]:
    """Files beside the main one. In a folder that was collected whole, what is missing is absent,
    and the library passes it over."""
    by_path = {posixpath.normpath(d.path): Source(d.path, d.text) for d in documents}

    def include(kind: str, name: str) -> Source | None:
        if kind not in ("name", "file"):
            return None
        path = posixpath.normpath(posixpath.join(folder, name))
        names = [path] if posixpath.splitext(path)[1] or kind == "file" else [f"{path}.conf"]
        for wanted in names:
            if wanted in by_path:
                return by_path[wanted]
        beside = posixpath.dirname(names[0]) == folder and names[0].endswith(".conf")
        return Source(names[0], "") if complete and beside else None

    return include


def as_template(document: Document, include: Callable[[str, str], Source | None]) -> Tree | None:
    """A file that a template engine has yet to fill; ``None`` if it is none or cannot be read."""
    if not template.is_template(document.text):
        return None
    filled = template.fill(document.text, f'"{template.mark("")}"')
    read = read_hocon(Source(document.path, filled.text), include=include)
    if isinstance(read.root.value, Unknown):
        return None
    return template.doubt(read, filled.doubtful)


# -- old properties --------------------------------------------------------------------------------


def _legacy(
    documents: list[Document], properties: Mapping[str, Node], component: str
) -> dict[str, Node]:
    """The properties file that the program reads: none, when it was told no folder for it."""
    if not documents:
        return {}
    document = documents[0]
    if properties:
        home, name = properties.get(_HOME), properties.get(_NAME)
        if home is None or name is None:
            return {}
        path = posixpath.join(str(home.value), str(name.value), "sip-communicator.properties")
        if posixpath.normpath(path) != within(document.path) and path.startswith("/"):
            raise Unseen(f"{component} reads {path}, which was not collected", (document,))
    filled = template.fill(document.text, template.mark(""))
    tree = read_properties(Source(document.path, filled.text))
    tree = template.doubt(tree, filled.doubtful)
    if isinstance(tree.root.value, dict):
        return dict(tree.root.value)
    reason = tree.root.value.reason if isinstance(tree.root.value, Unknown) else "unreadable"
    raise Unseen(f"{document.path}: {reason}", (document,))


def _old_keys(
    component: str, legacy: Mapping[str, Node], properties: Mapping[str, Node], below: Tree
) -> Tree:
    """The old keys in force, under the names of today."""
    given = {n: node for n, node in properties.items() if n.startswith("org.jitsi.")}
    given.update({n: node for n, node in legacy.items() if n.startswith(("org.jitsi.", _ICE))})
    for path, node in below.walk():
        if path[:2] == ("org", "ice4j") and not isinstance(node.value, dict):
            given[".".join(path)] = node
    return tree_of(translated(component, given), below.root.origin)
