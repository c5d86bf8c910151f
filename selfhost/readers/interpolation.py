"""``$NAME`` and ``${NAME…}`` as Docker Compose fills them in.

https://docs.docker.com/reference/compose-file/interpolation/
"""

import re
from collections.abc import Callable

from selfhost.readers.tree import Unknown, Value

MAX_DEPTH = 10
MAX_OUTPUT = 4 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR = re.compile(r":?[-?+]")


class Interpolation:
    """Fills in variables. One object per document: it bounds what all of them grow to.

    ``lookup`` gives a variable's value, or ``None`` when it is not set.
    """

    def __init__(self, lookup: Callable[[str], Value | None]) -> None:
        self._lookup = lookup
        self._left = MAX_OUTPUT

    def fill(self, text: str) -> str | Unknown:
        """``text`` with its variables; ``Unknown`` if one is unknown, unset or malformed."""
        if "$" not in text:
            return text
        value = self._template(text, 0)
        if isinstance(value, Unknown):
            return value
        self._left -= len(value)
        return value if self._left >= 0 else Unknown("grows too large when filled in")

    def _template(self, text: str, depth: int) -> str | Unknown:
        if depth > MAX_DEPTH:
            return Unknown("variables nest too deeply")
        parts: list[str] = []
        position = size = 0
        while (dollar := text.find("$", position)) >= 0:
            parts.append(text[position:dollar])
            position = dollar + 1
            name = _NAME.match(text, position)
            if text.startswith("$", position):
                value: str | Unknown = "$"
                position += 1
            elif name:
                value = self._variable(name[0])
                position = name.end()
            elif text.startswith("{", position):
                end = _closing(text, position)
                if end is None:
                    return Unknown("'${' is never closed")
                value = self._braces(text[position + 1 : end], depth)
                position = end + 1
            else:
                return Unknown("'$' without a variable's name")
            if isinstance(value, Unknown):
                return value
            size += len(value)
            if size > self._left:
                return Unknown("grows too large when filled in")
            parts.append(value)
        parts.append(text[position:])
        return "".join(parts)

    def _variable(self, name: str) -> str | Unknown:
        value = self._lookup(name)
        if value is None:
            return Unknown(f"{name} is not set where it was looked for")
        return value if isinstance(value, str | Unknown) else str(value)

    def _braces(self, inside: str, depth: int) -> str | Unknown:
        name = _NAME.match(inside)
        if name is None:
            return Unknown("'${' without a variable's name")
        rest = inside[name.end() :]
        operator = _OPERATOR.match(rest)
        if not rest:
            return self._variable(name[0])
        if operator is None:
            return Unknown("an unknown form of '${'")
        word = rest[operator.end() :]
        value = self._lookup(name[0])
        if isinstance(value, Unknown):
            return value
        is_set = value is not None and (value != "" or ":" not in operator[0])
        if operator[0].endswith("+"):
            return self._template(word, depth + 1) if is_set else ""
        if is_set:
            return str(value)
        if operator[0].endswith("-"):
            return self._template(word, depth + 1)
        return Unknown(f"{name[0]} is required and not set")


def _closing(text: str, opening: int) -> int | None:
    """The index of the brace that closes the one at ``opening``."""
    depth = 0
    for match in re.compile(r"\$\{|[{}]").finditer(text, opening):
        if match[0] == "}":
            depth -= 1
            if depth == 0:
                return match.start()
        elif match[0] == "${" or match.start() == opening:
            depth += 1
    return None
