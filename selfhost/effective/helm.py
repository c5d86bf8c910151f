"""Values of the Helm chart jitsi-contrib/jitsi-helm as the variables and services that it makes.

The chart runs docker-jitsi-meet's images, so its values end up as their variables. Read from its
templates of 2026-08-22. A part that is off takes all below it along.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from selfhost.catalog.docker_variables import docker_variables
from selfhost.effective.config import Config
from selfhost.effective.seen import OutOfScope, Unseen
from selfhost.readers.compose import ComposeFile, Service
from selfhost.readers.compose_yaml import YamlError, read_yaml
from selfhost.readers.tree import Node, Origin, Problem, Source, Tree, Unknown

if TYPE_CHECKING:
    from selfhost.effective.server import Server

SOURCE = "helm.values"

#: Parts of the chart that run only when they are enabled, with their images where none is given.
OPTIONAL = {
    "jibri": "ghcr.io/jitsi/jibri",
    "jigasi": "ghcr.io/jitsi/jigasi",
    "transcriber": "ghcr.io/jitsi/jigasi (transcriber)",
    "opusTranscriberProxy": "jitsi/opus-transcriber-proxy",
    "skynet": "jitsi/skynet",
    "etherpad": "etherpad/etherpad",
    "excalidraw": "jitsi/excalidraw-backend",
    "coturn": "coturn/coturn",
}
ALWAYS = ("web", "prosody", "jicofo", "jvb")
#: Where a chart's part takes further variables from.
_VARIABLES = ("extraEnvs", "extraEnv", "env", "environment", "apiKeys")


def configs(server: "Server") -> tuple[Config, ...]:
    """One ``Config`` per file of values. Raises ``OutOfScope`` where none was given."""
    found = []
    for root in server.helm_values:
        variables = dict(_variables(root))
        holes = root.rest
        origin = Origin(root.origin.path)
        found.append(Config("docker", origin, (Tree(Node(variables, origin, rest=holes)),)))
    return tuple(found)


def services(server: "Server") -> ComposeFile:
    """The parts that run, as services with their images."""
    found: dict[str, Service] = {}
    for root in server.helm_values:
        for name in (*ALWAYS, *OPTIONAL):
            part = _child(root, name)
            if not _runs(root, name):
                continue
            image = _image(name, part)
            found[name] = Service(name, part.origin if part else root.origin, image=image)
        for name, part in _mapping(root).items():
            for key in ("extraContainers", "extraInitContainers"):
                for number, container in enumerate(_items(_child(part, key))):
                    image_node = _child(container, "image")
                    label = f"{name}.{key}.{number}"
                    if image_node is not None:
                        found[label] = Service(label, container.origin, image=image_node)
    return ComposeFile(found)


def roots(server: "Server") -> tuple[Node, ...]:
    """The chart's values in each file that was given.

    Raises ``OutOfScope`` where none was, ``Unseen`` where one cannot be read.
    """
    if not server.evidence.of(SOURCE):
        raise OutOfScope("no values of a Helm chart were given")
    found: list[Node] = []
    for document in server.documents(SOURCE):
        problems: list[Problem] = []
        try:
            root = read_yaml(Source(document.path, document.text), problems)
        except YamlError as error:
            raise Unseen(f"{error.origin}: {error.message}", (document,)) from None
        fatal = next((problem for problem in problems if problem.fatal), None)
        if fatal is not None:
            raise Unseen(f"{fatal.origin}: {fatal.message}", (document,))
        found += _charts(root)
    return tuple(found)


def _charts(root: Node) -> list[Node]:
    """The values themselves, or those below the name of a chart that another one depends on."""
    if any(name in _mapping(root) for name in (*ALWAYS, *OPTIONAL, "publicURL", "enableAuth")):
        return [root]
    below = [node for name, node in _mapping(root).items() if "jitsi" in name.lower()]
    return [node for node in below if _enabled(node) is not False] or [root]


def _mapping(node: Node | None) -> dict[str, Node]:
    return node.value if node is not None and isinstance(node.value, dict) else {}


def _child(node: Node | None, *path: str) -> Node | None:
    for step in path:
        node = _mapping(node).get(step)
    return node


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.value if node is not None and isinstance(node.value, tuple) else ()


def _enabled(part: Node | None) -> bool | None:
    """What ``enabled`` says; ``None`` where it says nothing that can be read."""
    switch = _child(part, "enabled")
    if switch is None:
        return None
    if isinstance(switch.value, bool):
        return switch.value
    if isinstance(switch.value, str) and "{{" not in switch.value:
        # Any text that is not empty is true to a template.
        return bool(switch.value.strip())
    return None if isinstance(switch.value, str | Unknown) else False


def _runs(root: Node, name: str) -> bool:
    part = _child(root, name)
    if name in ALWAYS:
        return part is None or _enabled(part) is not False
    return part is not None and _enabled(part) is True


def _image(name: str, part: Node | None) -> Node | None:
    image = _child(part, "image")
    if image is not None and isinstance(image.value, str):
        return image
    repository = _child(image, "repository")
    if repository is not None:
        return repository
    switch = _child(part, "enabled")
    default = OPTIONAL.get(name, f"ghcr.io/jitsi/{name}")
    return Node(default, switch.origin) if switch is not None else None


def _variables(root: Node) -> Iterator[tuple[str, Node]]:
    """In the order in which a later one wins."""
    yield from _named(root)
    yield from _common(root)
    yield from _stun(root)
    yield from _optional(root)
    yield from _given(_child(root, "extraCommonEnvs"))
    for name in (*ALWAYS, *OPTIONAL):
        part = _child(root, name)
        if part is not None and _runs(root, name):
            for key in _VARIABLES:
                yield from _given(_child(part, key))
            for key in ("customConfigJs", "custom_config_js"):
                if (node := _child(part, key)) is not None:
                    yield "WEB_CONFIG_PREFIX", node


def _named(root: Node) -> Iterator[tuple[str, Node]]:
    """Keys that are called as the variables are, wherever a chart of one's own keeps them."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        for name, child in _mapping(node).items():
            off = node is root and name in OPTIONAL and not _runs(root, name)
            if off or _enabled(child) is False:
                continue
            if isinstance(child.value, dict):
                waiting.append(child)
            elif docker_variables().knows(name) and not _items(child) and child.value is not None:
                yield name, _as_text(child)


def _common(root: Node) -> Iterator[tuple[str, Node]]:
    names = {
        "publicURL": "PUBLIC_URL",
        "enableAuth": "ENABLE_AUTH",
        "enableGuests": "ENABLE_GUESTS",
    }
    for key, variable in names.items():
        node = _child(root, key)
        if node is not None and node.value not in (None, ""):
            yield variable, _as_text(node)


def _stun(root: Node) -> Iterator[tuple[str, Node]]:
    """The bridge asks the chart's default server unless it is told otherwise."""
    jvb = _child(root, "jvb")
    off, servers = _child(jvb, "disableStun"), _child(jvb, "stunServers")
    if off is not None and off.value is True:
        yield "JVB_DISABLE_STUN", _as_text(off)
    elif servers is not None:
        empty = servers.value in (None, "")
        yield (
            ("JVB_DISABLE_STUN", Node("true", servers.origin))
            if empty
            else (
                "JVB_STUN_SERVERS",
                _as_text(servers),
            )
        )


def _optional(root: Node) -> Iterator[tuple[str, Node]]:
    def switch(name: str) -> Node:
        node = _child(root, name, "enabled")
        return Node("true", node.origin if node is not None else root.origin)

    if _runs(root, "jibri"):
        recording = _child(root, "jibri", "recording")
        if recording is None or recording.value is not False:
            yield "ENABLE_RECORDING", switch("jibri")
        streaming = _child(root, "jibri", "livestreaming")
        if streaming is not None and streaming.value is True:
            yield "ENABLE_LIVESTREAMING", _as_text(streaming)
    for name in ("transcriber", "opusTranscriberProxy"):
        if _runs(root, name):
            yield "ENABLE_TRANSCRIPTIONS", switch(name)
    if _runs(root, "transcriber"):
        for key, variable in (
            ("customService", "JIGASI_TRANSCRIBER_CUSTOM_SERVICE"),
            ("url", "JIGASI_TRANSCRIBER_WHISPER_URL"),
        ):
            node = _child(root, "transcriber", "whisper", key)
            if node is not None and node.value not in (None, ""):
                yield variable, _as_text(node)


def _given(node: Node | None) -> Iterator[tuple[str, Node]]:
    """``NAME: value``, or Kubernetes' ``- name: … value: …``."""
    for name, value in _mapping(node).items():
        if value.value is not None:
            yield name, _as_text(value)
    for item in _items(node):
        name_node, value_node = _child(item, "name"), _child(item, "value")
        if name_node is not None and isinstance(name_node.value, str):
            hidden = Node(Unknown("its value is kept elsewhere"), item.origin)
            yield name_node.value, _as_text(value_node) if value_node is not None else hidden


def _as_text(node: Node) -> Node:
    value = node.value
    if isinstance(value, bool):
        return Node(str(value).lower(), node.origin)
    if isinstance(value, str) and "{{" in value:
        return Node(Unknown("a template fills it in"), node.origin)
    return node
