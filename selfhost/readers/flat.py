"""Building a ``Tree`` with flat keys, where a later line replaces an earlier one."""

from collections.abc import Iterable

from selfhost.readers.tree import Node, Origin, Problem, Source, Tree, Unknown, Value

MAX_CHARACTERS = 1024 * 1024


class FlatTree:
    """Collects ``key = value`` lines of one source."""

    def __init__(self, source: Source) -> None:
        self._path = source.path
        self._given: dict[str, list[tuple[Value, Origin]]] = {}
        self.problems: list[Problem] = []

    def set(self, key: str, value: Value, line: int) -> None:
        """Give ``key`` a value; it wins over the earlier ones."""
        self._given.setdefault(key, []).append((value, Origin(self._path, line)))

    def value(self, key: str) -> Value | None:
        """The winning value so far."""
        given = self._given.get(key)
        return given[-1][0] if given else None

    def problem(self, line: int, message: str, *, fatal: bool = False) -> None:
        """Remember something not understood."""
        self.problems.append(Problem(Origin(self._path, line), message, fatal))

    def tree(
        self,
        repeated: Iterable[str] = (),
        rest: Unknown | None = None,
        hidden: Unknown | None = None,
    ) -> Tree:
        """The document. Keys in ``repeated`` add up: their value is a list, in order.

        ``hidden``: why no value can be relied on, present or missing.
        """
        lists = frozenset(repeated)
        root = {
            key: _list(given) if key in lists else _last(given, hidden)
            for key, given in self._given.items()
        }
        return Tree(Node(root, Origin(self._path, 1), rest=rest or hidden), tuple(self.problems))


def _last(given: list[tuple[Value, Origin]], hidden: Unknown | None) -> Node:
    *lost, (value, origin) = given
    return Node(hidden or value, origin, tuple(place for _, place in lost))


def _list(given: list[tuple[Value, Origin]]) -> Node:
    return Node(tuple(Node(value, place) for value, place in given), given[0][1])


def unreadable(origin: Origin, message: str) -> Tree:
    """The tree of a source that its program would refuse, or that exceeds a bound."""
    return Tree(Node(Unknown(message), origin), (Problem(origin, message, fatal=True),))


def too_large(source: Source) -> Tree | None:
    """The answer to a source beyond 1 MiB."""
    if len(source.text) <= MAX_CHARACTERS:
        return None
    return unreadable(Origin(source.path), "larger than 1 MiB: not read")
