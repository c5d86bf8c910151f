"""What was seen of a server from outside: JSON lines, one answer each. Nothing of it is trusted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from selfhost.readers.tree import Origin, Problem, Source

MAX_ITEMS = 1000


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer. ``entry`` is plain data; the methods give their type's empty value otherwise."""

    entry: Mapping[str, object]
    origin: Origin

    def text(self, key: str) -> str:
        """A text."""
        value = self.entry.get(key)
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> int:
        """A whole number."""
        value = self.entry.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else 0

    def true(self, key: str) -> bool:
        """Whether it is said to be so."""
        return self.entry.get(key) is True

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.entry.get(key)
        items = value if isinstance(value, list) else []
        return tuple(item for item in items if isinstance(item, str))

    def header(self, name: str) -> str:
        """A header of an HTTP answer, by its name in lower case."""
        headers = self.entry.get("headers")
        value = headers.get(name) if isinstance(headers, dict) else None
        return value if isinstance(value, str) else ""

    def records(self, key: str) -> tuple["Seen", ...]:
        """A list of objects."""
        value = self.entry.get(key)
        items = value if isinstance(value, list) else []
        return tuple(Seen(item, self.origin) for item in items if isinstance(item, dict))


def read_seen(source: Source) -> tuple[tuple[Seen, ...], tuple[Problem, ...]]:
    """The answers in order, and what is none."""
    found: list[Seen] = []
    problems: list[Problem] = []
    for number, line in enumerate(source.text.split("\n")[:MAX_ITEMS], 1):
        if not line.strip():
            continue
        origin = Origin(source.path, number)
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            entry = None
        if isinstance(entry, dict):
            found.append(Seen(entry, origin))
        else:
            problems.append(Problem(origin, "not an answer"))
    return tuple(found), tuple(problems)
