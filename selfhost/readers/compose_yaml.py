"""YAML to nodes with lines: plain tags only, aliases bounded, duplicate keys and merges kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import yaml

from selfhost.readers.tree import Node, Origin, Problem, Scalar, Source, Unknown, Value

MAX_CHARACTERS = 256 * 1024
MAX_DEPTH = 40
MAX_NODES = 50_000
_PLAIN = "tag:yaml.org,2002:"
_KINDS = frozenset(
    [
        *["str", "int", "float", "bool", "null", "timestamp", "binary", "value"],
        *["merge", "map", "seq", "set"],
    ]
)


class YamlError(Exception):
    """Not YAML, or beyond a bound. Quotes nothing of the text."""

    def __init__(self, origin: Origin, message: str) -> None:
        super().__init__(message)
        self.origin = origin
        self.message = message


#: Compose's own tags: what stands at such a key replaces (or removes) what an earlier file said.
COMPOSE_TAGS = ("!override", "!reset")


def read_yaml(
    source: Source, problems: list[Problem], tags: dict[Origin, str] | None = None
) -> Node:
    """The first document. Raises ``YamlError``. Tags other than YAML's own give ``Unknown``.

    ``tags``: gets Compose's tags by the place of the key whose value bears one.
    """
    if len(source.text) > MAX_CHARACTERS:
        raise YamlError(Origin(source.path), "larger than 256 KiB: not read")
    loader: _Loader | None = None
    try:
        loader = _Loader(source)
        root = loader.get_single_node()
        if root is None:
            return Node(None, Origin(source.path, 1))
        return _Building(source.path, loader, problems, tags).node(root, 0)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        raise YamlError(Origin(source.path, line), "not YAML") from None
    except (yaml.YAMLError, ValueError, OverflowError):  # the last two: impossible \U escapes
        raise YamlError(Origin(source.path), "not YAML") from None
    finally:
        if loader is not None:
            loader.dispose()


class _Loader(yaml.SafeLoader):
    """PyYAML composes recursively: this refuses what is nested too deeply before it gets there."""

    def __init__(self, source: Source) -> None:
        super().__init__(source.text)
        self._path = source.path
        self._depth = 0

    def compose_sequence_node(self, anchor: dict[Any, yaml.Node]) -> yaml.SequenceNode:
        with self._deeper():
            return super().compose_sequence_node(anchor)

    def compose_mapping_node(self, anchor: dict[Any, yaml.Node]) -> yaml.MappingNode:
        with self._deeper():
            return super().compose_mapping_node(anchor)

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            event = self.peek_event()  # type: ignore[no-untyped-call]
            line = event.start_mark.line + 1
            raise YamlError(Origin(self._path, line), "nested too deeply")
        yield
        self._depth -= 1


def _plain_tag(node: yaml.Node) -> str:
    """What the node would be without a tag of its own."""
    if isinstance(node, yaml.MappingNode):
        return _PLAIN + "map"
    if isinstance(node, yaml.SequenceNode):
        return _PLAIN + "seq"
    return _PLAIN + ("null" if node.value in ("", "null", "~") else "str")


class _Building:
    def __init__(
        self,
        path: str,
        loader: yaml.SafeLoader,
        problems: list[Problem],
        tags: dict[Origin, str] | None,
    ) -> None:
        self._path = path
        self._tags = tags
        self._loader = loader
        self._problems = problems
        self._count = 0

    def node(self, node: yaml.Node, depth: int) -> Node:
        origin = Origin(self._path, node.start_mark.line + 1)
        self._count += 1
        if self._count > MAX_NODES or depth > MAX_DEPTH:
            raise YamlError(origin, "grows too large when its aliases are filled in")
        if not node.tag.startswith(_PLAIN) or node.tag.removeprefix(_PLAIN) not in _KINDS:
            self._problems.append(Problem(origin, "an unknown tag"))
            return Node(Unknown("an unknown tag"), origin)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, origin, depth)
        if isinstance(node, yaml.SequenceNode):
            return Node(tuple(self.node(item, depth + 1) for item in node.value), origin)
        return Node(self._scalar(node), origin)

    def _scalar(self, node: yaml.Node) -> Value:
        kind = node.tag.removeprefix(_PLAIN)
        if kind in ("null", "bool"):
            try:
                value: Scalar = self._loader.construct_object(node)
            except (yaml.YAMLError, KeyError, ValueError):
                return Unknown("a malformed value")
            return value
        return str(node.value)  # numbers keep their text: a variable is text anyway

    def _mapping(self, node: yaml.MappingNode, origin: Origin, depth: int) -> Node:
        found: dict[str, Node] = {}
        merged: dict[str, Node] = {}
        rest: Unknown | None = None
        for key, value in node.value:
            if self._tags is not None and value.tag in COMPOSE_TAGS:
                place = Origin(self._path, key.start_mark.line + 1)
                self._tags[place] = value.tag
                value.tag = _plain_tag(value)
            child = self.node(value, depth + 1)
            if key.tag == _PLAIN + "merge":
                layers = child.value if isinstance(child.value, tuple) else (child,)
                for layer in layers:
                    if not isinstance(layer.value, dict):
                        rest = Unknown("a merge of something that is no mapping")
                        continue
                    rest = rest or layer.rest
                    for name, inner in layer.value.items():
                        merged.setdefault(name, inner)
            elif isinstance(key, yaml.ScalarNode):
                name = str(key.value)
                place = Origin(self._path, key.start_mark.line + 1)
                if name in found:
                    self._problems.append(Problem(place, "a key stands twice", fatal=True))
                child = Node(child.value, place, child.overrides, child.rest)
                found[name] = child
            else:
                rest = Unknown("a key that is no text")
        for name, inner in merged.items():
            if name in found:
                own = found[name]
                found[name] = Node(own.value, own.origin, (inner.origin,), own.rest)
            else:
                found[name] = inner
        return Node(found, origin, rest=rest)
