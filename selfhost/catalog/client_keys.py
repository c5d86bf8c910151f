"""The web client's keys of ``client_keys.yml``: which are known, and which a link may set."""

import re
from dataclasses import dataclass
from functools import cache

from selfhost.catalog.components import load

Path = tuple[str, ...]

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@dataclass(frozen=True, slots=True)
class ClientKeys:
    """``known``: exact paths. ``free``: paths below which anything may stand. ``link`` and
    ``embedded``: paths that, with all below them, a link or an embedding page may set.
    ``relevant``: words that make a name look as if it mattered to privacy."""

    known: frozenset[Path]
    free: frozenset[Path]
    link: frozenset[Path]
    embedded: frozenset[Path]
    relevant: frozenset[str]

    def knows(self, path: Path) -> bool:
        """Whether upstream has this key, or has something free-form above it."""
        return path in self.known or _covered(path, self.free)

    def settable_by_link(self, path: Path) -> bool:
        """Whether ``#config.<path>=…`` in a meeting link changes it."""
        return _covered(path, self.link)

    def settable_when_embedded(self, path: Path) -> bool:
        """Whether a page that embeds the meeting may change it."""
        return _covered(path, self.link | self.embedded)

    def looks_relevant(self, name: str) -> bool:
        """Whether a name holds a word that has to do with recording, tracking and the like."""
        return any(word in self.relevant for word in words(name))


def words(name: str) -> tuple[str, ...]:
    """The words of a camelCase, snake_case or kebab-case name, in lower case."""
    return tuple(word.lower() for word in _WORD.findall(name))


def _covered(path: Path, roots: frozenset[Path]) -> bool:
    return any(path[:length] in roots for length in range(1, len(path) + 1))


@cache
def client_keys() -> ClientKeys:
    """The catalogue, read once."""
    data = load("client_keys.yml")
    assert isinstance(data, dict)  # noqa: S101 - our own file, covered by a test
    known: set[Path] = {(name,) for name in data["plain"]}
    free: set[Path] = set()
    for section, names in data["sections"].items():
        known.add((section,))
        for name in names:
            path = (section, *name.split("."))
            if path[-1] == "**":
                free.add(path[:-1])
                path = path[:-1]
            known.update(path[:length] for length in range(1, len(path) + 1))
    return ClientKeys(
        known=frozenset(known),
        free=frozenset(free),
        link=frozenset(tuple(name.split(".")) for name in data["link"]),
        embedded=frozenset(tuple(name.split(".")) for name in data["embedded"]),
        relevant=frozenset(data["relevant"]),
    )
