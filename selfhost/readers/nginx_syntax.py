"""Text of nginx configuration files to directives, by the rules of nginx's own reader."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from selfhost.readers.tree import Origin, Problem, Source

MAX_DEPTH = 50
MAX_TOKENS = 400_000
_LEXEME = re.compile(
    r"""
      (?P<space>[ \t\r\n]+)
    | (?P<comment>\#[^\n]*)
    | (?P<mark>[{};])
    | (?P<double>"(?:[^"\\]|\\.)*")
    | (?P<single>'(?:[^'\\]|\\.)*')
    | (?P<word>(?!["'])(?:[^ \t\r\n;{\\$]|\\.|\$\{*)+)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\([\"'\\trn])")
_ESCAPES = {"t": "\t", "r": "\r", "n": "\n"}
_LUA = re.compile(
    r"""--\[(?P<c>=*)\[.*?\](?P=c)\] | --[^\n]* | \[(?P<l>=*)\[.*?\](?P=l)\]
      | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' | [{}]""",
    re.VERBOSE | re.DOTALL,
)


class NginxError(Exception):
    """nginx would refuse the file here, or it exceeds a bound."""

    def __init__(self, origin: Origin, message: str) -> None:
        super().__init__(message)
        self.origin = origin
        self.message = message


@dataclass(frozen=True, slots=True)
class Directive:
    """``block`` is ``None`` for a simple directive. Includes are already resolved in it."""

    name: str
    arguments: tuple[str, ...]
    origin: Origin
    block: "tuple[Directive, ...] | None" = None


class _Token(NamedTuple):
    text: str
    line: int
    mark: bool = False


def statements(source: Source) -> tuple[tuple[Directive, ...], tuple[Problem, ...]]:
    """The directives of one file, includes unresolved, up to the first error."""
    stack: list[tuple[_Token, tuple[str, ...], list[Directive]]] = []
    level: list[Directive] = []
    words: list[_Token] = []
    problems: list[Problem] = []
    try:
        for token in _tokens(source):
            if not token.mark:
                words.append(token)
                continue
            origin = Origin(source.path, words[0].line if words else token.line)
            arguments = tuple(word.text for word in words[1:])
            if token.text == "}":
                if words:
                    raise NginxError(origin, "';' or '{' is missing after a directive")
                if not stack:
                    raise NginxError(origin, "'}' without '{'")
                level = _close(stack, level, source)
                continue
            if not words:
                raise NginxError(origin, f"{token.text!r} without a directive before it")
            if token.text == ";":
                level.append(Directive(words[0].text, arguments, origin))
            elif token.text == "{":
                if len(stack) >= MAX_DEPTH:
                    raise NginxError(origin, "nested too deeply")
                stack.append((words[0], arguments, level))
                level = []
            else:  # a Lua block: its code is the last argument
                code = token.text[1:-1]
                level.append(Directive(words[0].text, (*arguments, code), origin, ()))
            words = []
        if words:
            raise NginxError(Origin(source.path, words[0].line), "the file ends in a directive")
        if stack:
            raise NginxError(Origin(source.path, stack[-1][0].line), "a block is never closed")
    except NginxError as error:
        problems.append(Problem(error.origin, error.message, fatal=True))
    while stack:
        level = _close(stack, level, source)
    return tuple(level), tuple(problems)


def _close(
    stack: list[tuple[_Token, tuple[str, ...], list[Directive]]],
    level: list[Directive],
    source: Source,
) -> list[Directive]:
    name, arguments, outer = stack.pop()
    origin = Origin(source.path, name.line)
    outer.append(Directive(name.text, arguments, origin, tuple(level)))
    return outer


def _tokens(source: Source) -> Iterator[_Token]:
    text, position, line, count = source.text, 0, 1, 0
    first: str | None = None  # the directive's name, once read
    while position < len(text):
        match = _LEXEME.match(text, position)
        count += 1
        if match is None:
            quoted = text[position] in "\"'"
            message = "a quoted string is never closed" if quoted else "unexpected character"
            raise NginxError(Origin(source.path, line), message)
        if count > MAX_TOKENS:
            raise NginxError(Origin(source.path, line), "too long to read")
        start, position = line, match.end()
        line += match[0].count("\n")
        if match["space"] or match["comment"]:
            continue
        if match["mark"]:
            if match[0] == "{" and first is not None and first.endswith("_by_lua_block"):
                end = _lua_end(source, position, start)
                yield _Token(text[position - 1 : end], start, True)
                line += text.count("\n", position, end)
                position = end
            else:
                yield _Token(match[0], start, True)
            first = None
            continue
        value = match[0]
        if match["word"] is None:
            value = value[1:-1]
            if position < len(text) and text[position] not in " \t\r\n;{)":
                raise NginxError(Origin(source.path, line), "text right behind a closing quote")
        value = _ESCAPE.sub(lambda m: _ESCAPES.get(m[1], m[1]), value)
        first = value if first is None else first
        yield _Token(value, start)


def _lua_end(source: Source, position: int, line: int) -> int:
    """Where the Lua code that starts at ``position`` ends, its ``}`` included."""
    depth = 1
    for match in _LUA.finditer(source.text, position):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth -= 1
            if not depth:
                return match.end()
    raise NginxError(Origin(source.path, line), "a block of Lua code is never closed")
