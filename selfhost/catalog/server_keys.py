"""Keys of the focus and the bridge that upstream knows, from ``server_keys.yml``."""

import re
from dataclasses import dataclass
from functools import cache

from selfhost.catalog.client_keys import words
from selfhost.catalog.components import load

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServerKeys:
    """``known``: paths, where ``*`` is any step and ``**`` at the end anything below.
    ``relevant``: words that make a name look as if it mattered to privacy."""

    known: tuple[Path, ...]
    relevant: frozenset[str]

    def knows(self, path: Path) -> bool:
        """Whether upstream has this key, or has something free-form above it."""
        return any(_matches(pattern, path) for pattern in self.known)

    def looks_relevant(self, name: str) -> bool:
        """Whether a name holds a word that has to do with recording, tracking and the like."""
        return any(word in self.relevant for word in words(name))


def _matches(pattern: Path, path: Path) -> bool:
    if pattern[-1] == "**":
        pattern = pattern[:-1]
        if len(path) <= len(pattern):
            return False
        path = path[: len(pattern)]
    return len(pattern) == len(path) and all(
        wanted in ("*", step) for wanted, step in zip(pattern, path, strict=True)
    )


@cache
def server_keys() -> ServerKeys:
    """The catalogue, read once."""
    data = load("server_keys.yml")
    assert isinstance(data, dict)  # noqa: S101 - our own file, covered by a test
    known: list[Path] = []
    for text in data["keys"]:
        choice = re.search(r"\{([^}]*)\}", text)
        names = choice[1].split(",") if choice else [""]
        known += [
            tuple((text[: choice.start()] + name + text[choice.end() :]).split("."))
            if choice
            else tuple(text.split("."))
            for name in names
        ]
    return ServerKeys(tuple(known), frozenset(data["relevant"]))
