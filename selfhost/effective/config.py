"""One program's settings as it would use them: layers, the first that has a key wins."""

from collections.abc import Iterator
from dataclasses import dataclass

from selfhost.readers.tree import Node, Origin, Path, Problem, Tree, Unknown, split


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of one program from one or more layers, strongest first.

    ``place``: what is cited when a key is in none of them (the file that was read whole).
    """

    name: str
    place: Origin
    layers: tuple[Tree, ...]

    def get(self, path: str | Path) -> Node | None:
        """The winning node, its ``overrides`` holding what weaker layers said; ``None`` if absent.

        A layer that may hold the key without our seeing it makes the answer ``Unknown``.
        """
        found = [node for tree in self.layers if (node := tree.get(path)) is not None]
        if not found:
            return None
        first, *weaker = found
        lost = tuple(node.origin for node in reversed(weaker)) + first.overrides
        return Node(first.value, first.origin, lost, first.rest) if weaker else first

    def walk(self) -> Iterator[tuple[Path, Node]]:
        """Every node of every layer, strongest layer first."""
        for tree in self.layers:
            yield from tree.walk()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What the readers did not understand."""
        return tuple(problem for tree in self.layers for problem in tree.problems)

    @property
    def unreadable(self) -> Node | None:
        """The root of the first layer that could not be read at all."""
        roots = (tree.root for tree in self.layers)
        return next((root for root in roots if isinstance(root.value, Unknown)), None)


def key_text(path: str | Path) -> str:
    """A path as people write it."""
    return ".".join(split(path))
