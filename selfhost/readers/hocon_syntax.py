"""HOCON tokens to expressions: a recursive descent over a file and what it includes."""

from collections.abc import Callable
from itertools import groupby

from selfhost.readers.hocon_expressions import (
    Append,
    Concatenation,
    Entry,
    ListLiteral,
    Literal,
    ObjectLiteral,
    Substitution,
    add,
    hide,
)
from selfhost.readers.hocon_tokens import HoconError, Kind, Token, path_of, tokens, trim
from selfhost.readers.properties import read_properties
from selfhost.readers.tree import Origin, Path, Problem, Source, Unknown

MAX_CHARACTERS = 2 * 1024 * 1024
MAX_DEPTH = 100
MAX_INCLUDES = 100
MAX_INCLUDE_DEPTH = 16
MIXED = "an object, a list or a scalar beside a value of another kind"
Include = Callable[[str, str], Source | None]


class Parser:
    """Recursive descent over one file and what it includes."""

    def __init__(self, include: Include | None, problems: list[Problem]) -> None:
        self._include = include
        self._problems = problems
        self._includes = 0

    def read(self, source: Source, prefix: Path = (), level: int = 0) -> ObjectLiteral:
        """The root object of ``source``. Raises ``HoconError``."""
        if len(source.text) > MAX_CHARACTERS:
            raise HoconError(Origin(source.path), "larger than 2 MiB: not read")
        if source.path.endswith(".properties") and level:
            return self._properties(source)
        return _File(self, source, prefix, level).root()

    def included(self, kind: str, name: str, at: Origin, prefix: Path, level: int) -> ObjectLiteral:
        """The object that stands for an include directive."""
        self._includes += 1
        if self._includes > MAX_INCLUDES or level >= MAX_INCLUDE_DEPTH:
            raise HoconError(at, "includes too many files, or itself")
        source = self._include(kind, name) if self._include else None
        if source is None:
            unseen = Entry(Unknown(f"an include that was not collected ({at})"), at)
            return ObjectLiteral({}, unseen)
        return self.read(source, prefix, level + 1)

    def _properties(self, source: Source) -> ObjectLiteral:
        tree = read_properties(source)
        self._problems += tree.problems
        root = ObjectLiteral({})
        if not isinstance(tree.root.value, dict):
            return ObjectLiteral({}, Entry(Unknown("unreadable properties"), tree.root.origin))
        for name in sorted(tree.root.value, key=lambda key: key.count(".")):
            node = tree.root.value[name]
            level, (*parents, last) = root, name.split(".")
            if len(parents) > MAX_DEPTH:
                raise HoconError(node.origin, "nested too deeply")
            for parent in parents:
                below = ObjectLiteral({})
                add(level, parent, Entry(below, node.origin))
                level = below
            add(level, last, Entry(Literal(node.value, str(node.value)), node.origin))
        return root


class _File:
    def __init__(self, parser: Parser, source: Source, prefix: Path, level: int) -> None:
        self._parser = parser
        self._file = source.path
        self._prefix = prefix
        self._level = level
        self._tokens = list(tokens(source.text, source.path))
        self._next = 0
        self._path: list[str] = list(prefix)
        self._lists = 0
        self._depth = 0

    def root(self) -> ObjectLiteral:
        self._skip()
        first = self._peek()
        if first.text == "[" and first.kind is Kind.MARK:
            raise self._error(first, "the file holds a list, not an object")
        braces = self._accept("{")
        result = self._object(closing=braces)
        self._skip()
        if self._peek().kind is not Kind.END:
            raise self._error(self._peek(), "something follows the end of the root object")
        return result

    # --- tokens

    def _peek(self, ahead: int = 0) -> Token:
        return self._tokens[min(self._next + ahead, len(self._tokens) - 1)]

    def _take(self) -> Token:
        token = self._peek()
        self._next += 1
        return token

    def _skip(self, newlines: bool = True) -> bool:
        """Pass blanks (and newlines); whether a newline was among them."""
        seen = False
        while (token := self._peek()).kind is Kind.BLANK or (
            newlines and token.kind is Kind.NEWLINE
        ):
            seen = seen or token.kind is Kind.NEWLINE
            self._next += 1
        return seen

    def _accept(self, mark: str) -> bool:
        token = self._peek()
        if token.kind is Kind.MARK and token.text == mark:
            self._next += 1
            return True
        return False

    def _error(self, token: Token, message: str) -> HoconError:
        return HoconError(Origin(self._file, token.line), message)

    def _descend(self, token: Token) -> None:
        self._depth += 1
        if self._depth + len(self._path) > MAX_DEPTH:
            raise self._error(token, "nested too deeply")

    # --- grammar

    def _object(self, closing: bool) -> ObjectLiteral:
        """The fields up to and with ``}``, or up to the end of the file."""
        result = ObjectLiteral({})
        self._descend(self._peek())
        while True:
            self._skip()
            token = self._peek()
            if self._accept("}"):
                if not closing:
                    raise self._error(token, "'}' without '{'")
                break
            if token.kind is Kind.END and not closing:
                break
            if token.kind is Kind.UNQUOTED and token.text == "include":
                self._next += 1
                self._include(result, token)
            else:
                self._field(result)
            if not self._separator():
                token = self._peek()
                if closing and self._accept("}"):
                    break
                if closing or token.kind is not Kind.END:
                    wanted = "',' or '}'" if closing else "',' or the end of the file"
                    raise self._error(token, f"{wanted} or a new line expected here")
        self._depth -= 1
        return result

    def _separator(self) -> bool:
        newline = self._skip()
        return self._accept(",") or newline

    def _field(self, target: ObjectLiteral) -> None:
        words: list[Token] = []
        while self._peek().kind in (Kind.QUOTED, Kind.UNQUOTED, Kind.BLANK):
            words.append(self._take())
        words = trim(words)
        start = words[0] if words else self._peek()
        origin = Origin(self._file, start.line)
        if not words:
            raise self._error(start, "a key or '}' expected here")
        path = path_of(words, origin)
        self._skip()
        mark = self._peek()
        if mark.kind is not Kind.MARK or mark.text not in ("{", "=", ":", "+="):
            raise self._error(mark, "'=', ':', '+=' or '{' expected after the key")
        if mark.text == "+=" and self._lists:
            raise self._error(mark, "'+=' does not work inside a list")
        self._path += path
        if len(self._path) > MAX_DEPTH:
            raise self._error(start, "nested too deeply")
        if mark.text == "{":
            value = self._single()
        else:
            self._next += 1
            self._lists += mark.text == "+="
            value = self._value()
            self._lists -= mark.text == "+="
        del self._path[len(self._path) - len(path) :]
        if mark.text == "+=":
            value = Entry(Append(value), value.origin)
        entry = Entry(value.expression, origin)
        for step in reversed(path[1:]):
            parent = ObjectLiteral({})
            add(parent, step, entry)
            entry = Entry(parent, origin)
        add(target, path[0], entry)

    def _value(self) -> Entry:
        """One value or several side by side; leading newlines are passed over."""
        self._skip()
        first = self._peek()
        parts: list[Entry] = []
        blank: Token | None = None
        while True:
            token = self._peek()
            if token.kind is Kind.BLANK:
                blank = self._take()
                continue
            if token.kind is Kind.MARK and token.text in "}]:=,+=":
                break
            if token.kind in (Kind.NEWLINE, Kind.END):
                break
            simple = token.kind is not Kind.MARK
            if blank and parts and simple and not _braced(parts[-1]):
                origin = Origin(self._file, blank.line)
                _beside(parts, Entry(Literal(blank.text, blank.text, bare=True), origin))
            blank = None
            _beside(parts, self._single())
        if not parts:
            raise self._error(first, "a value expected here")
        joined = _joined(parts)
        if len(joined) == 1:
            return joined[0]
        return Entry(Concatenation(tuple(joined)), Origin(self._file, first.line))

    def _single(self) -> Entry:
        token = self._take()
        origin = Origin(self._file, token.line)
        if token.kind in (Kind.QUOTED, Kind.UNQUOTED):
            bare = token.kind is Kind.UNQUOTED and isinstance(token.value, str)
            return Entry(Literal(token.value, token.text, bare), origin)
        if token.kind is Kind.SUBSTITUTION:
            return Entry(Substitution(token.path, token.optional, self._prefix), origin)
        if token.text == "{":
            return Entry(self._object(closing=True), origin)
        return Entry(self._list(token), origin)

    def _list(self, opening: Token) -> ListLiteral:
        self._descend(opening)
        self._lists += 1
        items: list[Entry] = []
        self._skip()
        while not self._accept("]"):
            items.append(self._value())
            if not self._separator() and not (
                self._peek().kind is Kind.MARK and self._peek().text == "]"
            ):
                raise self._error(self._peek(), "',' or ']' or a new line expected here")
            self._skip()
        self._lists -= 1
        self._depth -= 1
        return ListLiteral(tuple(items))

    # --- include

    def _include(self, target: ObjectLiteral, keyword: Token) -> None:
        origin = Origin(self._file, keyword.line)
        kind, name, required = "name", "", False
        if self._word("required("):
            required = True
        for candidate in ("file", "url", "classpath"):
            if self._word(f"{candidate}("):
                kind = candidate
                break
        self._skip()
        token = self._take()
        if token.kind is not Kind.QUOTED:
            raise self._error(token, "a quoted name expected after 'include'")
        name = token.text
        for _ in range(required + (kind != "name")):
            if not self._word(")"):
                raise self._error(self._peek(), "')' expected after the included name")
        prefix = () if self._lists else tuple(self._path)
        found = self._parser.included(kind, name, origin, prefix, self._level)
        if found.rest:
            hide(target, found.rest)
        for key, slot in found.slots.items():
            for entry in slot.entries:
                add(target, key, entry)

    def _word(self, word: str) -> bool:
        """Take ``word`` from the front of an unquoted token, leaving what follows it there."""
        self._skip()
        token = self._peek()
        if token.kind is not Kind.UNQUOTED or not token.text.startswith(word):
            return False
        left = token.text[len(word) :]
        if left:
            self._tokens[self._next] = token._replace(text=left, value=left)
        else:
            self._next += 1
        return True


def _beside(parts: list[Entry], entry: Entry) -> None:
    """Add a part of a concatenation, if it may stand there. Raises ``HoconError``."""
    new = entry.expression
    if parts and _braced(parts[-1]) and isinstance(new, Literal):
        if new.bare:
            return
        raise HoconError(entry.origin, MIXED)
    if parts and isinstance(parts[-1].expression, Literal) and _braced(entry):
        raise HoconError(entry.origin, MIXED)
    parts.append(entry)


def _joined(parts: list[Entry]) -> list[Entry]:
    """``parts``, literals side by side as one. What needs no evaluation is joined, as upstream."""
    joined: list[Entry] = []
    for literal, run in groupby(parts, lambda part: isinstance(part.expression, Literal)):
        first, *others = run
        if literal and others:
            text = "".join(_text(part) for part in (first, *others))
            joined.append(Entry(Literal(text, text), first.origin))
        else:
            joined += [first, *others]
    return joined


def _text(entry: Entry) -> str:
    return entry.expression.text if isinstance(entry.expression, Literal) else ""


def _braced(entry: Entry) -> bool:
    return isinstance(entry.expression, ObjectLiteral | ListLiteral)
