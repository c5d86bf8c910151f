"""Jitsi's Java programs: ``-D`` arguments of the running process over the HOCON file.

Typesafe config gives system properties precedence over the file that ``-Dconfig.file`` names.
"""

from typing import TYPE_CHECKING

from selfhost.catalog.components import components
from selfhost.effective.config import Config
from selfhost.effective.seen import Unseen
from selfhost.readers.facts import Process
from selfhost.readers.hocon import read_hocon
from selfhost.readers.tree import Node, Origin, Source, Tree, Unknown

if TYPE_CHECKING:
    from selfhost.effective.server import Server


def service(server: "Server", component: str) -> Config:
    """The settings of ``jicofo`` or ``videobridge``.

    Raises ``Unseen`` when the running program was told to read another file than the one seen.
    """
    document = server.required(f"{component}.config", component)[0]
    tree = read_hocon(Source(document.path, document.text))
    layers = [tree]
    if server.evidence.in_scope("host.processes"):
        for process in running(server, component):
            properties = system_properties(process)
            file = properties.pop("config.file", document.path)
            if file != document.path:
                raise Unseen(f"process {process.pid} reads {file}, which was not collected")
            if properties:
                layers.insert(0, _as_tree(properties, process))
    return Config(component, Origin(document.path), tuple(layers))


def running(server: "Server", component: str) -> tuple[Process, ...]:
    """The component's Java processes."""
    markers = components()[component].processes
    return tuple(
        process
        for process in server.processes
        if any(marker in process.command_line.lower() for marker in markers)
        and any(argument.startswith("-D") for argument in process.arguments)
    )


def system_properties(process: Process) -> dict[str, str]:
    """``-Dname=value`` arguments, the last of a name winning."""
    pairs = (a[2:].partition("=") for a in process.arguments if a.startswith("-D"))
    return {name: value for name, _, value in pairs}


def _as_tree(properties: dict[str, str], process: Process) -> Tree:
    origin = Origin(f"/proc/{process.pid}/cmdline")
    root: dict[str, object] = {}
    for name, value in properties.items():
        *parents, last = name.split(".")
        level = root
        for parent in parents:
            below = level.setdefault(parent, {})
            level = below if isinstance(below, dict) else level.setdefault(parent + ".", {})  # type: ignore[assignment]
        level[last] = Node(value, origin)
    return Tree(_node(root, origin))


def _node(value: object, origin: Origin) -> Node:
    if isinstance(value, Node):
        return value
    if isinstance(value, dict):
        return Node({key: _node(child, origin) for key, child in value.items()}, origin)
    return Node(Unknown("not a setting"), origin)
