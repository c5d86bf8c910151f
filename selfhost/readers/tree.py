"""What every reader returns: values with their place, and honest holes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """A place in a source. ``line`` counts from 1; 0 means the source as a whole."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True, slots=True)
class Source:
    """Text to be read, with the path it is cited by."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that exists but cannot be determined from the text: why, in a few words."""

    reason: str


@dataclass(frozen=True, slots=True)
class Function:
    """A value that is code. It is never run."""


Scalar = None | bool | int | float | str
Value = Scalar | Unknown | Function | Mapping[str, "Node"] | Sequence["Node"]


@dataclass(frozen=True, slots=True)
class Node:
    """A value, where it was set, and the places whose value it replaced (earliest first).

    ``rest``: set on a mapping that may hold keys that could not be seen (a spread of something
    unknown, an include that was not collected). A missing key of it is unknown, not absent.
    """

    value: Value
    origin: Origin
    overrides: tuple[Origin, ...] = ()
    rest: Unknown | None = None

    def plain(self) -> object:
        """The value as plain Python data; unknown values and functions stay as they are."""
        if isinstance(self.value, Mapping):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, Sequence) and not isinstance(self.value, str):
            return [node.plain() for node in self.value]
        return self.value


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a reader met and did not understand.

    ``fatal``: the program that owns the file would refuse it or stop reading here.
    """

    origin: Origin
    message: str
    fatal: bool = False


Path = tuple[str, ...]


def split(path: str | Path) -> Path:
    """``"a.b"`` as ``("a", "b")``; a tuple is taken as it is (for keys that hold dots)."""
    return tuple(path.split(".")) if isinstance(path, str) else path


@dataclass(frozen=True, slots=True)
class Tree:
    """A read document. ``root`` is a mapping, or ``Unknown`` where nothing could be read."""

    root: Node
    problems: tuple[Problem, ...] = ()

    def get(self, path: str | Path) -> Node | None:
        """The node at ``path``; ``None`` if it is certainly absent.

        A step into an unknown value, or to a key that an open mapping may hold, gives a node
        whose value is ``Unknown``. List items are addressed by their index as a string.
        """
        node = self.root
        for step in split(path):
            value = node.value
            if isinstance(value, Unknown):
                return node
            if isinstance(value, Function):
                return Node(Unknown("inside a function"), node.origin)
            child: Node | None = None
            if isinstance(value, Mapping):
                child = value.get(step)
            elif isinstance(value, Sequence) and not isinstance(value, str):
                child = value[int(step)] if step.isdecimal() and int(step) < len(value) else None
            if child is None:
                return Node(node.rest, node.origin) if node.rest else None
            node = child
        return node

    def walk(self) -> Iterator[tuple[Path, Node]]:
        """Every node below the root with its path, parents before children, in source order."""
        stack: list[tuple[Path, Node]] = [((), self.root)]
        while stack:
            path, node = stack.pop()
            if path:
                yield path, node
            value = node.value
            children: list[tuple[Path, Node]] = []
            if isinstance(value, Mapping):
                children = [((*path, key), child) for key, child in value.items()]
            elif isinstance(value, Sequence) and not isinstance(value, str):
                children = [((*path, str(i)), child) for i, child in enumerate(value)]
            stack.extend(reversed(children))
