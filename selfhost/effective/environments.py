"""Programs that are told everything by variables: Skynet, opus-transcriber-proxy, rtcstats-server.

The variables of a running process win over an ``.env`` file, which such programs read only for what
they were not given (dotenv's rule). ``vars`` of a ``wrangler.jsonc`` are what Cloudflare gives.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from selfhost.catalog.components import components
from selfhost.effective import rtcstats
from selfhost.effective.config import Config
from selfhost.effective.seen import Unseen
from selfhost.evidence.model import Document
from selfhost.readers.dotenv import read_dotenv
from selfhost.readers.hocon import read_hocon
from selfhost.readers.tree import Node, Origin, Source, Tree, Unknown

if TYPE_CHECKING:
    from selfhost.effective.server import Server


def environments(server: "Server", component: str) -> tuple[Config, ...]:
    """One ``Config`` per running process or container; where nothing runs, one per file. Keys flat.

    Raises ``NotInstalled`` where the program is proved absent, ``Unseen`` where the variables of a
    running one may not be read.
    """
    documents = server.documents(f"{component}.environment")
    files = tuple(_file(document) for document in documents)
    beneath = rtcstats.files(server) if component == "rtcstats" else ()
    running = (*_containers(server, component), *_processes(server, component))
    if component == "rtcstats":
        files, running = (tuple(map(rtcstats.without_empty, each)) for each in (files, running))
    if running:
        below = tuple(tree for tree in files if tree.root.origin.path.endswith(".env"))
        return tuple(
            Config(
                component, tree.root.origin, (tree, *(below if len(below) == 1 else ()), *beneath)
            )
            for tree in running
        )
    if not files and beneath:
        return (Config(component, beneath[0].root.origin, beneath),)
    if not files:
        server.prove_absent(component, server.looked_for(f"{component}.environment"))
    return tuple(
        Config(component, Origin(tree.root.origin.path), (tree, *beneath)) for tree in files
    )


def _file(document: Document) -> Tree:
    source = Source(document.path, document.text)
    if not document.path.endswith((".json", ".jsonc")):
        return read_dotenv(source)
    tree = read_hocon(source)  # JSON with comments is HOCON
    variables = tree.get("vars")
    if variables is None or not isinstance(tree.root.value, dict):
        nothing: dict[str, Node] = {}
        value = tree.root.value
        return Tree(
            Node(value if isinstance(value, Unknown) else nothing, tree.root.origin), tree.problems
        )
    place = Origin(document.path, 1)
    return Tree(Node(variables.value, place, rest=variables.rest), tree.problems)


def _containers(server: "Server", component: str) -> tuple[Tree, ...]:
    if not server.evidence.in_scope("host.containers"):
        return ()
    images = components()[component].images
    return tuple(
        _variables(c.environment or {}, c.origin)
        for c in server.containers
        if c.running and any(image in c.image.lower() for image in images)
    )


def _processes(server: "Server", component: str) -> tuple[Tree, ...]:
    if not server.evidence.in_scope("host.processes"):
        return ()
    found = []
    for process in server.processes:
        line = process.command_line.lower()
        if process.container or not any(m in line for m in components()[component].processes):
            continue
        if process.environment is None:
            raise Unseen(f"the variables of process {process.pid} may not be read")
        found.append(_variables(process.environment, process.origin))
    return tuple(found)


def _variables(environment: Mapping[str, str | None], origin: Origin) -> Tree:
    hidden = Unknown("only its name was taken")
    nodes = {
        name: Node(hidden if value is None else value, origin)
        for name, value in environment.items()
    }
    return Tree(Node(nodes, origin))
