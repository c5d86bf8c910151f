"""nginx server-side includes in a script: taken out, with a mark where text will come in.

https://nginx.org/en/docs/http/ngx_http_ssi_module.html
"""

import re
from dataclasses import dataclass

REASON = "depends on a server-side include"
_COMMAND = re.compile(r"<!--#\s*([A-Za-z]*)(?:(?!<!--#).)*?-->", re.DOTALL)
_SILENT = frozenset({"config", "set"})


@dataclass(frozen=True, slots=True)
class Stripped:
    """``mark``: the one character that stands where the server puts text in.

    ``rows``: for each row of ``text``, its line in the original, from 1.
    """

    text: str
    mark: str
    rows: tuple[int, ...]
    blocks: tuple[int, ...]
    """Lines of commands that put in more than a value: ``include``, ``if``, ``block``."""


def strip(text: str) -> Stripped:
    """``text`` without its ``<!--# ... -->``; every other character stays where it was."""
    mark = next(chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in text)
    parts: list[str] = []
    swallowed: list[int] = []  # the offset in the result after which one more line is missing
    blocks: list[int] = []
    length = at = 0
    for match in _COMMAND.finditer(text):
        parts.append(text[at : match.start()])
        length += match.start() - at
        command = match[1].lower()
        if command not in _SILENT:
            parts.append(mark)
            length += 1
        if command not in _SILENT and command != "echo":
            blocks.append(text.count("\n", 0, match.start()) + 1)
        swallowed.extend([length] * match[0].count("\n"))
        at = match.end()
    parts.append(text[at:])
    stripped = "".join(parts)
    rows: list[int] = []
    offset = extra = 0
    for row, line in enumerate(stripped.split("\n")):
        while extra < len(swallowed) and swallowed[extra] < offset:
            extra += 1
        rows.append(row + 1 + extra)
        offset += len(line) + 1
    return Stripped(stripped, mark, tuple(rows), tuple(blocks))
