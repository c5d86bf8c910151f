"""Files of ``KEY=value`` lines that a shell sources or systemd loads.

Such as ``/etc/default/coturn``, ``/etc/jitsi/jicofo/config`` (sourced) and
``/etc/jitsi/videobridge/config`` (an ``EnvironmentFile=``). Where the two disagree about a line,
its value is ``Unknown``.
"""

import re

from selfhost.readers.flat import FlatTree, too_large
from selfhost.readers.tree import Source, Tree, Unknown, Value

_KEY = re.compile(r"(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=")
_EXPORT = re.compile(r"export(?:[ \t]+[A-Za-z_][A-Za-z0-9_]*)+[ \t]*(?:#.*)?")
_LINE = re.compile(r"""(?:[^\n\\"'#]|\\.|"(?:[^"\\]|\\.)*"|'[^']*'|(?<=[^\s])\#|\#[^\n]*)*""", re.S)
_PIECE = re.compile(
    r"""(?P<double>"(?:[^"\\]|\\.)*") | (?P<single>'[^']*') | (?P<escape>\\.)
      | (?P<plain>[^\s"'\\]+) | (?P<space>\s+)""",
    re.VERBOSE | re.DOTALL,
)
_CODE = re.compile(r"[;&|<>()]")


def read_shell_environment(source: Source) -> Tree:
    """Flat keys, values as text; the last of a key wins.

    Nothing is run: a value that uses a variable or a command is ``Unknown``. In a file that holds
    more than assignments every value is ``Unknown``, because that code could change any of them.
    """
    if large := too_large(source):
        return large
    found = FlatTree(source)
    code = False
    line = 1
    for statement, height in _statements(source.text):
        text = statement.strip()
        key = _KEY.match(text)
        if key:
            value = _value(text[key.end() :])
            found.set(key[1], value, line)
        elif text and text[0] not in "#;" and not _EXPORT.fullmatch(text):
            found.problem(line, "not a simple assignment")
            code = True
        line += height
    if not code:
        return found.tree()
    return found.tree(hidden=Unknown("the file holds shell code that may change it"))


def _statements(text: str) -> list[tuple[str, int]]:
    """Logical lines (a quote or a backslash carries on) and how many lines each takes."""
    result = []
    position = 0
    while position < len(text):
        start = position
        newline = text.find("\n", position)
        newline = len(text) if newline < 0 else newline
        if text[start:newline].lstrip()[:1] in ("#", ";", ""):
            position = newline
        else:
            match = _LINE.match(text, position)
            position = match.end() if match else newline
            if position < newline and text[position] != "\n":
                position = newline
        statement = text[start:position]
        position += 1
        result.append((statement, statement.count("\n") + 1))
    return result


def _value(text: str) -> Value:
    parts: list[str] = []
    position = 0
    while position < len(text):
        match = _PIECE.match(text, position)
        if match is None:
            return Unknown("a quote is never closed")
        position = match.end()
        piece = match[0]
        if match["space"]:
            if text[position:].strip():
                return Unknown("text behind the value: a shell and systemd differ here")
        elif match["single"]:
            parts.append(piece[1:-1])
        elif match["escape"]:
            parts.append("" if piece[1] == "\n" else piece[1])
        elif match["double"]:
            inside = piece[1:-1]
            if re.search(r"(?<!\\)(?:\\\\)*[$`]", inside):
                return Unknown("uses a variable or a command")
            parts.append(re.sub(r'\\([$`"\\\n])', _kept, inside))
        elif "$" in piece or "`" in piece:
            return Unknown("uses a variable or a command")
        elif _CODE.search(piece):
            return Unknown("shell code behind the value")
        else:
            parts.append(piece)
    return "".join(parts)


def _kept(match: re.Match[str]) -> str:
    return "" if match[1] == "\n" else match[1]
