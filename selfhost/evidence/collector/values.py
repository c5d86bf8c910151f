"""Where the values of a name begin and end, in every syntax."""

import re
from typing import Callable, Iterator, List, Optional, Tuple

from selfhost.evidence.collector.syntax import CODE, HOCON, LINES, NGINX, TABLE, Overload

_SEPARATOR = re.compile(
    r"(?:\[[^\]\r\n]{0,80}\])?[\"'`]?[ \t]*\]?[ \t]*"
    r"(?:===?|!==?|=>|\+=|:=|\?=|~=|=|:(?!//))[ \t]*"
)
_VALUE_OF_NAME = re.compile(
    r"[\"']?\s{0,40},?\s{0,40}[\"']?(?:value|content)[\"']?\s{0,40}[:=]\s{0,40}", re.I
)
_NAMED = re.compile(r"\b(?:name|key|type)[\"']?\s{0,20}[:=]\s{0,20}[\"']?\Z", re.I)
_LINE_START = re.compile(
    r"[\s#;!/*-]*(?:(?:export|set|ENV|ARG|-|Environment=|SetEnv|(?:Request)?Header[ \t]+"
    r"(?:always[ \t]+)?(?:set|add|append|merge))[ \t]*)?[\"']?\Z",
    re.A,
)
_NGINX_BEFORE = re.compile(
    r"(?:^|[;{#])\s*(?:(?:(?:proxy|grpc)_set_header|add_header|more_set_\w+|set|js_var"
    r"|(?:fastcgi|uwsgi|scgi)_param)[ \t]+)?[\"']?\Z"
)
_STRINGS = (
    re.compile(r'"""(?P<inner>.*?)"""', re.S),
    re.compile(r"\[(?P<level>=*)\[(?P<inner>.*?)\](?P=level)\]", re.S),
    re.compile(r"`(?P<inner>(?:[^`\\]|\\.)*)`", re.S),
)
_QUOTED = {q: re.compile(q + r"(?P<inner>(?:[^" + q + r"\\]|\\.)*)" + q, re.S) for q in "\"'"}
_BLOCK = re.compile(r"[|>][+-]?\d?[ \t]*(?:#[^\n]*)?\r?\n")
_TO_LINE_END = re.compile(r"(?:[^\r\n\\]|\\\r?\n|\\[^\r\n]|\\$)*")
_ONE_TOKEN = re.compile(r"(?![-\"'])[^\s;,\"']+")
_INNER_VALUE = re.compile(r"(?=[\w+/@!#%~-])[^\s\"'`&<>]+", re.A)
_NEXT_PAIR = re.compile(r",\s*[\"']?[\w.-]+[\"']?\s*[=:{]")
_CODE_TOKEN = re.compile(
    r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|[\"'`][^\n]*|\[=*\[|\b\d{5,}\b|[\n;,(){}\[\]]",
    re.S,
)
_CONTINUED = re.compile(r"(?:\.\.|\+|\bor|\|\||\?|:|=|\()\s*\Z")
_CONTINUES = re.compile(r"\s*(?:\.\.|\+|or\b|\|\||\?|:)")

_WORDS_OF_HOCON = re.compile(r"[\w+/@!%~.-][^\r\n\"',#{}\[\]]*(?<![\s])", re.A)
_PARAMETER = re.compile(r"[^\s&#;\"'`<>]*")
_NOTHING = re.compile(r":?[ \t]*(?:#[^\r\n]*)?\r?\n")
_CALL = re.compile(r"\(\s*[\"'`]\Z")
_TAG = re.compile(r"<[A-Za-z][\w-]*\s[^<>]*\Z")
_NEXT_STRING = re.compile(r"[\"'`]\s{0,40},\s{0,40}(?=[\"'`])")
#: An option's value where arguments are a list, of JSON or of YAML.
_NEXT_ARGUMENT = re.compile(
    r"[\"']\s{0,40},\s{0,40}(?=[\"'])(?![\"']-)|[\"']?[ \t]*\r?\n[ \t]*-[ \t]+(?![\"']?-)"
)


Span = Tuple[int, int, str]


class Values:
    """The values that belong to one key, each with what replaces it."""

    def __init__(
        self,
        hide: Callable[[str, int], str],
        text: str,
        syntax: str,
        start: int,
        end: int,
        grade: int,
        holder: bool,
        work: List[int],
    ) -> None:
        self._hide = hide
        self._text = text
        self._syntax = syntax
        self._start = start
        self._end = end
        self._grade = grade
        self._holder = holder  # only a group of values below this key counts
        self._work = work
        newline = text.rfind("\n", max(0, start - 500), start)
        self._line = newline + 1 if newline >= 0 or start <= 500 else None

    def __iter__(self) -> Iterator[Span]:
        text, start, end = self._text, self._start, self._end
        separator = _SEPARATOR.match(text, end)
        if self._syntax == LINES and text.startswith("(", end):
            return self._group(end) if self._holder else self._called(end + 1)
        if self._holder and self._syntax == LINES:
            if text.startswith("]", end):
                return self._section(end)
            if self._opens(separator):
                return self._below()
        elif self._syntax == LINES and text[start:end] == "secrets" and self._opens(separator):
            return self._below("content")  # of a compose file
        if separator is not None:
            at = separator.end()
            if self._holder:
                group = re.compile(r"\s*[\[{]").match(text, at)
                return self._group(group.end() - 1) if group and self._syntax != NGINX else iter(())
            return self._after_separator(at)
        group = re.compile(r"[\"']?[ \t]*\{").match(text, end)
        if group is not None and self._syntax == HOCON:
            return self._group(group.end() - 1)
        if self._holder:
            return iter(())
        if text[start - 1 : start] == "<":
            return self._element()
        pair = _VALUE_OF_NAME.match(text, end)
        if pair is not None and _NAMED.search(text[max(0, start - 60) : start]):
            return self._after_separator(pair.end(), inner=True)
        return self._after_space()

    def _called(self, at: int) -> Iterator[Span]:
        """syslog-ng's ``password("x")``."""
        string = self._string(at)
        if string is not None:
            return self._span(*string)
        word = re.compile(r"[^\s()\"']{4,}(?=[ \t]*\))").match(self._text, at)
        return self._span(*word.span()) if word is not None else iter(())

    def _section(self, at: int) -> Iterator[Span]:
        """A section of TOML: what the names up to the next section are set to."""
        text, at = self._text, self._line_end(at)
        line = re.compile(
            r"\r?\n(?:[ \t]*[\"']?[\w.-]+[\"']?[ \t]*=[ \t]*([^\r\n]*)|[ \t]*(?:#.*)?(?=\r?\n))"
        )
        while (match := line.match(text, at)) is not None:
            self._spend(match.end() - at)
            if match[1]:
                yield from self._span(*(self._string(match.start(1)) or match.span(1)))
            at = match.end()

    def _opens(self, separator: "Optional[re.Match[str]]") -> bool:
        """Whether a map of YAML begins below the key."""
        at = separator.end() if separator is not None else self._end
        return _NOTHING.match(self._text, at) is not None

    def _below(self, only: str = "") -> Iterator[Span]:
        """A map of YAML: the values in the lines indented deeper than the key's."""
        text, before, at = self._text, self._before(), self._line_end(self._end)
        indent = len(before) - len(before.lstrip(" -"))
        line = re.compile(
            r"\r?\n( *)(?:[\"']?[\w.-]+[\"']?[ \t]*:(?:[ \t]+([^\r\n]*))?|#[^\r\n]*)?"
        )
        while (match := line.match(text, at)) is not None:
            self._spend(match.end() - at)
            shown = len(match[0].strip())
            if shown and len(match[1]) <= indent:
                return
            if match[2] and (not only or match[0].strip().startswith(only + ":")):
                yield from self._span(*(self._string(match.start(2)) or match.span(2)))
            elif not shown and not re.compile(r"\r?\n|\Z").match(text, match.end()):
                return
            at = match.end()

    def _before(self) -> str:
        """The line up to the key; what no pattern matches where that is long."""
        return "\0" if self._line is None else self._text[self._line : self._start]

    def _spend(self, characters: int) -> None:
        self._work[0] -= characters
        if self._work[0] < 0:
            raise Overload

    def _span(self, begin: int, stop: int) -> Iterator[Span]:
        value = self._text[begin:stop]
        self._spend(len(value))
        replaced = self._hide(value, self._grade)
        if replaced != value:
            yield begin, stop, replaced

    def _after_separator(self, at: int, inner: bool = False) -> Iterator[Span]:
        text, start = self._text, self._start
        around = text[start - 1 : start]
        if around and around in "\"'`" and text[self._end : self._end + 1] != around and not inner:
            stop = self._closing(around, at)
            return self._span(at, stop)
        if self._syntax == CODE and around and around in "?&":  # of an address
            return self._span(at, _PARAMETER.match(text, at).end())  # type: ignore[union-attr]
        skipped = re.compile(r"[ \t]*(?:\r?\n[ \t]*)?").match(text, at)
        first = skipped.end() if skipped and text[skipped.end() : skipped.end() + 1] else at
        quoted = text[self._end : self._end + 1] in ('"', "'")
        if self._syntax not in (CODE, HOCON) or (
            quoted and text[first : first + 1] not in "\"'`[{"
        ):
            first = at
        opening = text[first : first + 1]
        if self._syntax == CODE and opening not in ("[", "{"):
            attribute = opening in "\"'" and text[first - 1] == "=" and _TAG.search(self._before())
            string = self._string(first) if opening and attribute else None
            return self._span(*string) if string is not None else self._statement(first)
        string = self._string(first)
        if string is not None:
            return self._strings(*string) if self._syntax == HOCON else self._span(*string)
        if opening and opening in "[{" and self._syntax != NGINX:
            return self._group(first)
        block = _BLOCK.match(text, at)
        if block is not None:
            return self._block(block.end())
        return self._bare(at)

    def _string(self, at: int) -> Optional[Tuple[int, int]]:
        """The inner span of the string literal that starts here."""
        text = self._text
        for pattern in _STRINGS:
            match = pattern.match(text, at) if text.startswith(('"""', "[", "`"), at) else None
            if match is not None:
                self._spend(match.end() - at)
                return match.span("inner")
        if text.startswith('"""', at) and self._syntax == HOCON:  # nobody ends it
            return at + 3, min(len(text), at + 8192)
        quote = text[at : at + 1]
        if quote not in _QUOTED or not quote:
            return None
        match = _QUOTED[quote].match(text, at, min(len(text), at + 8192))
        self._spend(match.end() - at if match else 8192)
        multiline = self._syntax in (LINES, TABLE)
        if match is not None and (multiline or "\n" not in match["inner"].replace("\\\n", "")):
            return match.span("inner")
        return at + 1, self._line_end(at)

    def _strings(self, begin: int, stop: int) -> Iterator[Span]:
        """A string of HOCON and those that follow it in its line, which makes them one."""
        yield from self._span(begin, stop)
        more = re.compile(r"\"{1,3}[ \t]+(?=\")")
        while (gap := more.match(self._text, stop)) is not None:
            string = self._string(gap.end())
            if string is None:
                return
            yield from self._span(*string)
            stop = string[1]

    def _closing(self, quote: str, at: int) -> int:
        match = re.compile(r"(?:[^" + quote + r"\\\n]|\\.)*", re.S).match(self._text, at)
        self._spend(match.end() - at if match else 0)
        return match.end() if match else at

    def _line_end(self, at: int) -> int:
        match = re.compile(r"[^\r\n]*").match(self._text, at)
        self._spend(match.end() - at if match else 0)
        return match.end() if match else at

    def _bare(self, at: int) -> Iterator[Span]:
        text = self._text
        whole_line = _LINE_START.match(self._before()) is not None
        if whole_line and self._syntax != NGINX:
            match = _TO_LINE_END.match(text, at)
            if self._syntax == HOCON:
                match = re.compile(r"[^\r\n]*").match(text, at)
        else:
            match = _INNER_VALUE.match(text, at)
            if self._syntax == HOCON and not text.startswith("$", at):
                match = _WORDS_OF_HOCON.match(text, at) or match
        if match is None:
            return iter(())
        value = match[0]
        self._spend(len(value))
        if self._syntax == HOCON or not whole_line:
            another = _NEXT_PAIR.search(value)
            value = value[: another.start()] if another else value
            if self._syntax == HOCON and "#" not in value and "//" not in value.strip():
                value = value.split("}")[0] if "{" not in value else value
        return self._span(at, at + len(_without_closers(value)))

    def _statement(self, at: int) -> Iterator[Span]:
        """Every string of the expression that a program assigns: ``getenv("X") or "fallback"``."""
        text, depth, position = self._text, 0, at
        limit = at + 4096
        while position < limit:
            self._spend(8)
            token = _CODE_TOKEN.search(text, position, min(len(text), limit))
            self._spend((token.end() if token else min(len(text), limit)) - position)
            if token is None:
                return
            sign, position = token[0], token.end()
            if sign == "\n":
                if not depth and not _CONTINUED.search(
                    text[max(at, token.start() - 4) : token.start()]
                ):
                    if not _CONTINUES.match(text, position):
                        return
            elif sign[0] == "[" and sign.endswith("[") and len(sign) > 1:
                string = _STRINGS[1].match(text, token.start())
                if string is None:
                    return
                yield from self._span(*string.span("inner"))
                position = string.end()
            elif sign in "([{":
                depth += 1
            elif sign in ")]}":
                if depth == 0:
                    return
                depth -= 1
            elif sign in ",;":
                if depth == 0:
                    return
            elif sign[0] in "\"'`":
                closed = len(sign) > 1 and sign[-1] == sign[0]
                yield from self._span(token.start() + 1, token.end() - closed)
            else:
                yield from self._span(token.start(), token.end())

    def _group(self, at: int) -> Iterator[Span]:
        """Every value in the brackets that open here; the names in it stay."""
        text, depth, position = self._text, 0, at
        limit = min(len(text), at + 65536)
        bare = re.compile(r"[=:]\s*(?=[^\s\"'\[{`=:])([^\s,;{}\[\]\"'#]+)")
        tokens = re.compile(
            r'"""|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|`(?:[^`\\]|\\.)*`|[\[{(\])}]'
            r"|(?:#|//|--(?!\[))[^\n]*|[=:]",
            re.S,
        )
        while position < limit:
            token = tokens.search(text, position, limit)
            self._spend((token.end() if token else limit) - position)
            if token is None:
                return
            sign, position = token[0], token.end()
            if sign == '"""':
                string = _STRINGS[0].match(text, token.start())
                if string is None:
                    return
                yield from self._span(*string.span("inner"))
                position = string.end()
            elif sign[0] in "\"'`":
                if not re.compile(r"\s*\]?\s*[=:](?!=)").match(text, position):
                    yield from self._span(token.start() + 1, token.end() - 1)
            elif sign in "[{(":
                depth += 1
            elif sign in ")}]":
                depth -= 1
                if depth <= 0:
                    return
            elif sign in "=:":
                value = bare.match(text, token.start())
                if value is not None and self._syntax != CODE:
                    yield from self._span(*value.span(1))
                    position = value.end()

    def _block(self, at: int) -> Iterator[Span]:
        """A YAML block: the lines indented deeper than the key's."""
        text = self._text
        before = self._before()
        indent = len(before) - len(before.lstrip(" "))
        pattern = re.compile(r"( *)([^\r\n]*)(?:\r?\n|\Z)")
        while at < len(text):
            match = pattern.match(text, at)
            self._spend(len(match[0]) if match else 0)
            if match is None or (match[2] and len(match[1]) <= indent):
                return
            if match[2]:
                yield from self._span(*match.span(2))
            at = match.end()

    def _element(self) -> Iterator[Span]:
        match = re.compile(r"[^<>\r\n]{0,200}>([^<]*)<").match(self._text, self._end)
        return self._span(*match.span(1)) if match is not None else iter(())

    def _after_space(self) -> Iterator[Span]:
        """``--option value``, nginx's ``name value;`` and turnserver's ``name value``."""
        text, start, end = self._text, self._start, self._end
        if self._syntax in (CODE, LINES):
            listed = _NEXT_ARGUMENT if text[start] == "-" else None
            if self._syntax == CODE and _CALL.search(self._before()):
                listed = _NEXT_STRING
            gap = listed.match(text, end) if listed is not None else None
            if gap is not None:
                return self._span(
                    *(self._string(gap.end()) or (gap.end(), self._line_end(gap.end())))
                )
        gap = re.compile(r"[\"']?[ \t]+(?:\\\r?\n[ \t]*)?").match(text, end)
        if gap is None or self._syntax in (CODE, HOCON):
            return iter(())
        line = self._before()
        if text[start] == "-" or (self._syntax == NGINX and _NGINX_BEFORE.search(line)):
            string = self._string(gap.end())
            if string is not None:
                return self._span(*string)
            token = _ONE_TOKEN.match(text, gap.end())
            return self._span(*token.span()) if token is not None else iter(())
        if self._syntax != LINES or not _LINE_START.match(line):
            return iter(())
        rest = text[gap.end() : self._line_end(gap.end())]
        if len(rest.split()) == 1:
            string = self._string(gap.end())
            return self._span(*(string or (gap.end(), gap.end() + len(rest.rstrip()))))
        return iter(())


def _without_closers(value: str) -> str:
    """A bare value without the separators and closing brackets that are not its own."""
    while True:
        shorter = value.rstrip(" \t\r\n,;")
        if shorter and shorter[-1] in ")}]":
            opening = "([{"[")]}".index(shorter[-1])]
            if shorter.count(shorter[-1]) > shorter.count(opening):
                shorter = shorter[:-1]
        if shorter == value:
            return value
        value = shorter
