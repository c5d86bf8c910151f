"""Kubernetes manifests, one or many in a file: what containers are given, and the files in them.

https://kubernetes.io/docs/concepts/configuration/configmap/
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from selfhost.readers.compose_yaml import YamlError, read_yaml
from selfhost.readers.tree import Node, Origin, Problem, Source, Tree, Unknown

MAX_MANIFESTS = 500
#: What holds containers or files. All else is passed over unread.
_OF_CONCERN = re.compile(
    r"^(?:- |  )?[\"']?kind[\"']?:\s*[\"']?(?:ConfigMap|Secret|Deployment|StatefulSet|DaemonSet"
    r"|ReplicaSet|ReplicationController|Pod|Job|CronJob|List)\b",
    re.M,
)
_BETWEEN = re.compile(r"^---(?:[ \t].*)?$", re.M)
_HIDDEN = Unknown("its value is kept elsewhere")


@dataclass(frozen=True, slots=True)
class Container:
    """A container of a pod. ``environment`` has flat keys; what it takes from a ConfigMap that was
    not given leaves it open."""

    name: str
    origin: Origin
    image: Node | None
    environment: Tree
    ports: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifests:
    """``files``: the entries of ConfigMaps and Secrets that are files, by name, with empty lines
    before them so that each line has the number that it has in the manifest."""

    containers: tuple[Container, ...] = ()
    files: tuple[tuple[str, Source], ...] = ()
    problems: tuple[Problem, ...] = ()


def read_manifests(*sources: Source) -> Manifests:
    """Containers with what the ConfigMaps of all the sources give them."""
    problems: list[Problem] = []
    found = [item for source in sources for item in _documents(source, problems)]
    maps = {_text(_at(root, "metadata", "name")): root for _, root in found if _is_map(root)}
    containers = [c for _, root in found for c in _containers(root, maps)]
    files = [file for source, root in found if _is_map(root) for file in _files(source, root)]
    return Manifests(tuple(containers), tuple(files), tuple(problems))


def _documents(source: Source, problems: list[Problem]) -> Iterator[tuple[Source, Node]]:
    """Each manifest of a file, those within a ``List`` one by one."""
    start = 0
    edges = [*_BETWEEN.finditer(source.text), None]
    for edge in edges[:MAX_MANIFESTS]:
        end = edge.start() if edge is not None else len(source.text)
        text, line = source.text[start:end], source.text.count("\n", 0, start)
        start = edge.end() if edge is not None else end
        if not _OF_CONCERN.search(text):
            continue
        text = "\n" * line + text
        try:
            root = read_yaml(Source(source.path, text), problems)
        except YamlError as error:
            problems.append(Problem(error.origin, error.message, fatal=True))
            continue
        items = _items(_at(root, "items"))
        for item in items or (root,):
            yield source, item
    if len(edges) > MAX_MANIFESTS:
        problems.append(Problem(Origin(source.path), "more manifests than are read", fatal=True))


def _at(node: Node | None, *path: str) -> Node | None:
    for step in path:
        value = node.value if node is not None else None
        node = value.get(step) if isinstance(value, Mapping) else None
    return node


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.value if node is not None and isinstance(node.value, tuple) else ()


def _text(node: Node | None) -> str:
    return node.value if node is not None and isinstance(node.value, str) else ""


def _is_map(root: Node) -> bool:
    return _text(_at(root, "kind")) in ("ConfigMap", "Secret")


def _entries(root: Node | None) -> Iterator[tuple[str, Node]]:
    """The plain entries of a ConfigMap or Secret; those of a Secret's ``data`` are hidden."""
    hidden = _text(_at(root, "kind")) == "Secret"
    for part in ("data", "stringData"):
        node = _at(root, part)
        for name, entry in node.value.items() if node and isinstance(node.value, Mapping) else ():
            kept = hidden and part == "data"
            yield name, Node(_HIDDEN, entry.origin) if kept else entry


def _files(source: Source, root: Node) -> Iterator[tuple[str, Source]]:
    lines = source.text.splitlines()
    for name, entry in _entries(root):
        line = entry.origin.line
        if not isinstance(entry.value, str) or "\n" not in entry.value or not 0 < line < len(lines):
            continue
        # A literal block begins on the line behind its key, a quoted one on the key's own.
        behind = re.search(r":\s*[|>][-+0-9]*\s*(?:#.*)?$", lines[line - 1]) is not None
        yield name, Source(source.path, "\n" * (line if behind else line - 1) + entry.value)


def _containers(root: Node, maps: Mapping[str, Node]) -> Iterator[Container]:
    spec = _at(root, "spec")
    for path in (("jobTemplate", "spec", "template", "spec"), ("template", "spec"), ()):
        pod = _at(spec, *path) if path else spec
        if _at(pod, "containers") is not None:
            break
    else:
        return
    for key in ("initContainers", "containers"):
        for item in _items(_at(pod, key)):
            ports = tuple(
                Node(f"{host}:{_text(_at(port, 'containerPort'))}", port.origin)
                for port in _items(_at(item, "ports"))
                if (host := _text(_at(port, "hostPort")))
            )
            image = _at(item, "image")
            given = _environment(item, maps)
            yield Container(_text(_at(item, "name")), item.origin, image, given, ports)


def _environment(container: Node, maps: Mapping[str, Node]) -> Tree:
    found: dict[str, Node] = {}
    rest: Unknown | None = None
    for source in _items(_at(container, "envFrom")):
        for kind in ("configMapRef", "secretRef"):
            name = _text(_at(source, kind, "name"))
            if name and name in maps:
                prefix = _text(_at(source, "prefix"))
                found.update({prefix + key: node for key, node in _entries(maps[name])})
            elif _at(source, kind) is not None:
                rest = rest or Unknown(f"{name or 'a map'} was not given")
    for item in _items(_at(container, "env")):
        name = _text(_at(item, "name"))
        if name:
            found[name] = _value(item, maps)
    return Tree(Node(found, container.origin, rest=rest))


def _value(item: Node, maps: Mapping[str, Node]) -> Node:
    value = _at(item, "value")
    if value is not None:
        if isinstance(value.value, bool):
            return Node(str(value.value).lower(), value.origin)
        if isinstance(value.value, str) and "$(" in value.value:
            return Node(Unknown("filled in from another variable"), value.origin)
        return Node("" if value.value is None else value.value, value.origin)
    reference = _at(item, "valueFrom", "configMapKeyRef")
    entries = dict(_entries(maps.get(_text(_at(reference, "name")))))
    return entries.get(_text(_at(reference, "key")), Node(_HIDDEN, item.origin))
