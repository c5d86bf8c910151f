"""HOCON text to tokens, by the rules of Lightbend's ``config`` library."""

import math
import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

from selfhost.readers.tree import Origin, Path, Scalar

MAX_TOKENS = 250_000
_BLANK = r" \t\x0b\f\r\x1c-\x1f\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_LEXEME = re.compile(
    rf"""
      (?P<newline>\n)
    | (?P<blank>[{_BLANK}]+)
    | (?P<comment>(?:\#|//)[^\n]*)
    | (?P<triple>\"\"\"(?P<raw>.*?)(?P<close>\"{{3,}}))
    | (?P<quoted>"(?P<body>(?:[^"\\\x00-\x1f]|\\.)*)")
    | (?P<append>\+=)
    | (?P<substitution>\$\{{\??)
    | (?P<mark>[{{}}\[\]:=,])
    | (?P<number>[0-9\-][0-9eE+\-.]*)
    | (?P<word>true|false|null)
    | (?P<unquoted>(?:(?!//)[^{_BLANK}\n$"{{}}\[\]:=,+\#`^?!@*&\\])+)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None}


class HoconError(Exception):
    """Text that the Java library would refuse, or that exceeds a bound. Quotes no values."""

    def __init__(self, origin: Origin, message: str) -> None:
        super().__init__(message)
        self.origin = origin
        self.message = message


class Kind(Enum):
    """What a token is. ``MARK`` and ``END`` are told apart by ``Token.text``."""

    QUOTED = auto()
    UNQUOTED = auto()
    BLANK = auto()
    NEWLINE = auto()
    SUBSTITUTION = auto()
    MARK = auto()
    END = auto()


class Token(NamedTuple):
    """``text`` as written (quotes and escapes resolved); ``value`` for numbers and words.

    ``path`` and ``optional`` belong to substitutions.
    """

    kind: Kind
    text: str
    line: int
    value: Scalar = None
    path: Path = ()
    optional: bool = False


def tokens(text: str, file: str) -> Iterator[Token]:
    """Tokens of ``text`` without comments, ``END`` last. Raises ``HoconError``."""
    position, line, count = 0, 1, 0
    while position < len(text):
        count += 1
        if count > MAX_TOKENS:
            raise HoconError(Origin(file, line), "too long to read")
        match = _LEXEME.match(text, position)
        if match is None:
            raise HoconError(Origin(file, line), _complaint(text, position))
        start, position = line, match.end()
        kind, written = match.lastgroup, match[0]
        if kind == "newline":
            yield Token(Kind.NEWLINE, "\n", start)
            line += 1
        elif kind == "blank":
            yield Token(Kind.BLANK, written, start)
        elif kind in ("mark", "append"):
            yield Token(Kind.MARK, written, start)
        elif kind == "triple":
            line += written.count("\n")
            content = match["raw"] + match["close"][3:]
            yield Token(Kind.QUOTED, content, start, content)
        elif kind == "quoted":
            if match["body"] == "" and text.startswith('"', position):
                raise HoconError(Origin(file, start), 'a """ string is never closed')
            content = _unescape(match["body"], Origin(file, start))
            yield Token(Kind.QUOTED, content, start, content)
        elif kind == "substitution":
            token, position = _substitution(text, position, written.endswith("?"), file, start)
            yield token
        elif kind == "number":
            yield _number(written, Origin(file, start))
        elif kind == "word":
            yield Token(Kind.UNQUOTED, written, start, _WORDS[written])
        elif kind == "unquoted":
            yield Token(Kind.UNQUOTED, written, start, written)
    yield Token(Kind.END, "", line)


def _number(text: str, origin: Origin) -> Token:
    value: Scalar = text
    try:
        if any(sign in text for sign in ".eE"):
            number = float(text)
            value = number if math.isfinite(number) else text
        elif len(text) <= 20 and -(2**63) <= int(text) < 2**63:
            value = int(text)
    except ValueError:
        if "+" in text:
            raise HoconError(origin, "'+' is not allowed outside quotes") from None
    return Token(Kind.UNQUOTED, text, origin.line, value)


def _unescape(body: str, origin: Origin) -> str:
    if "\\" not in body:
        return body

    def replace(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        if match[2] not in _ESCAPES:
            raise HoconError(origin, "a backslash before a character that cannot be escaped")
        return _ESCAPES[match[2]]

    # Java strings are UTF-16: two escapes may form one character.
    text = _ESCAPE.sub(replace, body)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _substitution(
    text: str, position: int, optional: bool, file: str, line: int
) -> tuple[Token, int]:
    """The token of ``${path}``; ``position`` is behind its opening."""
    inside: list[Token] = []
    while True:
        match = _LEXEME.match(text, position)
        if match is None or match["newline"] or match["comment"] or match["triple"]:
            raise HoconError(Origin(file, line), "a substitution is never closed")
        position = match.end()
        if match[0] == "}":
            break
        if match["blank"]:
            inside.append(Token(Kind.BLANK, match[0], line))
        elif match["quoted"]:
            inside.append(Token(Kind.QUOTED, _unescape(match["body"], Origin(file, line)), line))
        elif match.lastgroup in ("number", "word", "unquoted"):
            inside.append(Token(Kind.UNQUOTED, match[0], line))
        else:
            raise HoconError(Origin(file, line), "a sign is not allowed in the path of '${'")
    path = path_of(trim(inside), Origin(file, line))
    return Token(Kind.SUBSTITUTION, "${", line, None, path, optional), position


def trim(words: list[Token]) -> list[Token]:
    """``words`` without blanks at either end."""
    while words and words[0].kind is Kind.BLANK:
        words = words[1:]
    while words and words[-1].kind is Kind.BLANK:
        words = words[:-1]
    return words


def path_of(words: list[Token], origin: Origin) -> Path:
    """A path expression: dots split, except in quotes. Raises ``HoconError``."""
    steps: list[list[str]] = [[]]
    may_be_empty = [False]
    for word in words:
        if word.kind is Kind.QUOTED:
            steps[-1].append(word.text)
            may_be_empty[-1] = True
        else:
            first, *others = word.text.split(".")
            steps[-1].append(first)
            steps += [[other] for other in others]
            may_be_empty += [False] * len(others)
    path = tuple("".join(pieces) for pieces in steps)
    if not all(step or quoted for step, quoted in zip(path, may_be_empty, strict=True)):
        raise HoconError(origin, "a key starts or ends with a dot, has two in a row, or is empty")
    return path


def _complaint(text: str, position: int) -> str:
    sign = text[position]
    if sign == '"':
        return "a quoted string is never closed, or holds a raw control character"
    if sign == "$":
        return "'$' is not allowed outside quotes unless '{' follows"
    return f"{sign!r} is not allowed outside quotes"
