"""``.env`` files as Docker Compose reads them.

https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/
"""

import re

from selfhost.readers.flat import FlatTree, too_large
from selfhost.readers.interpolation import Interpolation
from selfhost.readers.tree import Source, Tree, Unknown, Value

_KEY = re.compile(r"[ \t]*(?:export[ \t]+)?(?P<key>[\w.\-\[\]]+)[ \t]*(?P<sign>[=:]?)", re.ASCII)
_SKIP = re.compile(r"[ \t\r]*(?:#[^\n]*)?(?:\n|\Z)")
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_SINGLE = re.compile(r"'((?:[^'\\]|\\.)*)'", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "$": "$$"}
_COMMENT = re.compile(r"[ \t]#.*")


def read_dotenv(source: Source, *, supposed: bool = False) -> Tree:
    """Flat keys, values as text; the last of a key wins.

    Variables in values are taken from earlier lines. Compose asks its own environment first,
    which a file cannot tell: a variable that no earlier line sets makes the value ``Unknown``,
    unless it has a default. What Compose refuses leaves a hole; lines behind it are still read, as
    older releases did. A key without ``=`` is passed on from there, and ``Unknown`` too.
    ``supposed``: such a line is taken to be no line.
    """
    if large := too_large(source):
        return large
    text = source.text
    found = FlatTree(source)
    interpolation = Interpolation(found.value)
    position, line = 0, 1
    hole: Unknown | None = None
    while position < len(text):
        if blank := _SKIP.match(text, position):
            position = blank.end()
            line += 1
            if blank.end() == blank.start():
                break
            continue
        start = line
        key = _KEY.match(text, position)
        newline = text.find("\n", position)
        end = len(text) if newline < 0 else newline
        if key is None or (key["sign"] == "" and text[key.end() : end].strip()):
            found.problem(line, "not a variable: Compose refuses the file", fatal=True)
            if not supposed:
                hole = hole or Unknown(f"line {line} cannot be read")
            position, line = end + 1, line + 1
            continue
        if key["sign"] == "":
            found.set(key["key"], Unknown("passed on from the environment of Compose"), line)
        else:
            position = key.end()
            while text[position : position + 1] in (" ", "\t"):
                position += 1
            value, position = _value(text, position, interpolation)
            if value is None:
                found.problem(start, "a quoted value is never closed", fatal=True)
                return found.tree(rest=Unknown(f"line {start} cannot be read"))
            found.set(key["key"], value, start)
            line += text.count("\n", key.end(), position)
            newline = text.find("\n", position)
            end = len(text) if newline < 0 else newline
            rest = text[position:end].strip()
            if rest and not rest.startswith("#"):
                found.problem(line, "text behind a closing quote")
                found.set(key["key"], Unknown("text behind a closing quote"), start)
        position = end + 1
        line += 1
    return found.tree(rest=hole)


def _value(text: str, position: int, interpolation: Interpolation) -> tuple[Value | None, int]:
    """The value at ``position`` and where it ends; ``None`` for an open quote."""
    quote = text[position : position + 1]
    if quote == "'":
        match = _SINGLE.match(text, position)
        return (match[1].replace("\\'", "'"), match.end()) if match else (None, position)
    if quote == '"':
        match = _DOUBLE.match(text, position)
        if match is None:
            return None, position
        return interpolation.fill(_ESCAPE.sub(_unescape, match[1])), match.end()
    end = text.find("\n", position)
    end = len(text) if end < 0 else end
    raw = text[position:end]
    raw = "" if raw.startswith("#") else _COMMENT.sub("", raw)
    return interpolation.fill(raw.strip()), end


def _unescape(match: re.Match[str]) -> str:
    sign = match[1]
    return _ESCAPES.get(sign, sign if sign in '"\\' else match[0])
