"""Apache's configuration, as far as logs go: directives with the virtual host around them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from selfhost.readers.lines import physical_lines
from selfhost.readers.tree import Origin, Source

MAX_CHARACTERS = 1024 * 1024
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'|(\S+)')
_OPEN = re.compile(r"<(\w+)\b[^>]*>")
_CLOSE = re.compile(r"</(\w+)\s*>")


@dataclass(frozen=True, slots=True)
class ApacheDirective:
    """``name`` in lower case. ``host``: where its ``<VirtualHost>`` begins; ``None`` outside."""

    name: str
    arguments: tuple[str, ...]
    origin: Origin
    host: Origin | None


def read_apache(sources: Iterable[Source]) -> tuple[ApacheDirective, ...]:
    """Every directive of these files, in order. Includes are not followed; a file beyond 1 MiB is
    read no further than that."""
    found: list[ApacheDirective] = []
    for source in sources:
        host: Origin | None = None
        pending, start = "", 0
        for number, line in enumerate(physical_lines(source.text[:MAX_CHARACTERS]), 1):
            start = start or number
            if line.endswith("\\"):
                pending += line[:-1] + " "
                continue
            text, origin = (pending + line).strip(), Origin(source.path, start)
            pending, start = "", 0
            opened, closed = _OPEN.match(text), _CLOSE.match(text)
            if not text or text.startswith("#"):
                continue
            if opened and opened[1].lower() == "virtualhost":
                host = origin
            elif closed and closed[1].lower() == "virtualhost":
                host = None
            elif not closed:
                words = [a or b or c for a, b, c in _WORD.findall(text)]
                name = words[0].lower() if words else ""
                found.append(ApacheDirective(name, tuple(words[1:]), origin, host))
    return tuple(found)
