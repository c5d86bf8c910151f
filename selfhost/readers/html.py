"""HTML pages: the addresses that a browser contacts when it shows one.

A scanner of our own, as each character is looked at once: the standard library's parser takes
minutes for a small page that was made to keep it busy.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from selfhost.readers.lines import blanked, without_comments
from selfhost.readers.tree import Origin, Problem, Source

#: Characters. Upstream's pages have some ten thousand.
MAX_SIZE = 200_000

#: Attributes by which a tag makes the browser contact an address.
LOADS = {
    "script": ("src",),
    "iframe": ("src",),
    "frame": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "img": ("src", "srcset"),
    "image": ("href", "xlink:href"),
    "audio": ("src",),
    "video": ("src", "poster"),
    "source": ("src", "srcset"),
    "track": ("src",),
    "link": ("href", "imagesrcset"),
    "base": ("href",),
    "form": ("action",),
    "use": ("href", "xlink:href"),
    "body": ("background",),
}
#: Relations of a link that are looked up only when somebody follows them.
IDLE = frozenset(
    ("canonical", "alternate", "author", "license", "help", "next", "prev", "search", "me")
)
#: An address with a scheme, or one without it behind a quote or bracket.
_IN_TEXT = re.compile(r"""((?:https?|wss?)://[^\s"'`)<>;]+|(?<=["'`(])//\w[^\s"'`)<>;]*)""", re.I)
_BLOCK = re.compile(r"/\*")
_LINE_COMMENT = re.compile(r"""(?<![:"'`\\(=])//.*$""", re.MULTILINE)
#: Names of formats that look like addresses.
FORMATS = (
    "http://www.w3.org/",
    "https://www.w3.org/",
    "http://schema.org",
    "https://schema.org",
    "http://ogp.me",
)


@dataclass(frozen=True, slots=True)
class Address:
    """An address as written, and what it is in: ``script src``, ``style``, ``meta refresh``."""

    where: str
    text: str
    origin: Origin


def read_addresses(source: Source) -> tuple[tuple[Address, ...], tuple[Problem, ...]]:
    """Addresses of tags, styles and inline scripts, in the order of the page.

    Comments, plain text and links that wait for a click are left out. What a script puts
    together from pieces cannot be seen.
    """
    if len(source.text) > MAX_SIZE:
        return (), (Problem(Origin(source.path), "the page is too large to be read", fatal=True),)
    found = [
        Address(where, text, Origin(source.path, line))
        for where, text, line in _Page(source.text).addresses()
    ]
    return tuple(found), ()


def inline_scripts(text: str) -> str:
    """The text of the scripts within a page, each where it was; all else is blank. Data that lies
    in a script's tag is left out."""
    return _Page(text[:MAX_SIZE]).scripts()


_NAME = re.compile(r"[a-zA-Z][^\s/>]*")
#: Types of scripts that a browser runs.
_CODE = ("", "text/javascript", "application/javascript", "module")
_SPACE = re.compile(r"[\s/]*")
_ATTRIBUTE = re.compile(r"=?[^\s/>=]*")
_EQUALS = re.compile(r"\s*=\s*")
_BARE = re.compile(r"[^\s>]*")
_END = {name: re.compile(f"</{name}[\\s/>]", re.IGNORECASE) for name in ("script", "style")}


class _Page:
    """Goes over a page once, from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._line = 1

    def addresses(self) -> Iterator[tuple[str, str, int]]:
        """What it is in, the address, its line."""
        while (opening := self._text.find("<", self._position)) >= 0:
            self._go(opening)
            if self._text.startswith("<!--", opening):
                self._past("-->", opening + 4)
            elif name := _NAME.match(self._text, opening + 1):
                tag = name.group().lower()
                line = self._line
                given = self._attributes(name.end())
                yield from ((where, address, line) for where, address in _of_tag(tag, given))
                if tag in _END:
                    described = "ld+json" in given.get("type", "").lower()
                    yield from (found for found in self._code(tag) if not described)
            elif self._text.startswith(("</", "<!", "<?"), opening):
                self._past(">", opening + 2)
            else:
                self._go(opening + 1)

    def scripts(self) -> str:
        """All but the scripts within the page is blank."""
        parts: list[str] = []
        done = 0
        while (opening := self._text.find("<", self._position)) >= 0:
            self._position = opening
            name = _NAME.match(self._text, opening + 1)
            if self._text.startswith("<!--", opening):
                self._past("-->", opening + 4)
            elif name is None or name.group().lower() != "script":
                self._position = name.end() if name else opening + 1
            else:
                given = self._attributes(name.end())
                start, end = self._position, _END["script"].search(self._text, self._position)
                stop = end.start() if end else len(self._text)
                self._position = stop
                if end and "src" not in given and given.get("type", "").lower() in _CODE:
                    parts += [blanked(self._text[done:start]), self._text[start:stop], ";"]
                    done = stop + 1
        return "".join([*parts, blanked(self._text[done:])])

    def _go(self, position: int) -> None:
        self._line += self._text.count("\n", self._position, position)
        self._position = position

    def _past(self, end: str, start: int) -> None:
        found = self._text.find(end, start)
        self._go(found + len(end) if found >= 0 else len(self._text))

    def _attributes(self, position: int) -> dict[str, str]:
        """Up to the tag's end. Of two with one name the first counts."""
        text = self._text
        given: dict[str, str] = {}
        while True:
            position = _matched(_SPACE, text, position)
            if position >= len(text) or text[position] == ">":
                self._go(min(position + 1, len(text)))
                return given
            end = _matched(_ATTRIBUTE, text, position)
            name, position, value = text[position:end].lower(), end, ""
            if equals := _EQUALS.match(text, position):
                start = position = equals.end()
                quote = text[start : start + 1]
                if quote in ("'", '"') and quote:
                    closing = text.find(quote, start + 1)
                    closing = len(text) if closing < 0 else closing
                    value, position = text[start + 1 : closing], closing + 1
                else:
                    position = _matched(_BARE, text, start)
                    value = text[start:position]
            given.setdefault(name, unescape(value))

    def _code(self, tag: str) -> Iterator[tuple[str, str, int]]:
        """The text of a script or style, up to its end tag."""
        end = _END[tag].search(self._text, self._position)
        stop = end.start() if end else len(self._text)
        for address, before in _addresses(self._text[self._position : stop]):
            yield tag, address, self._line + before
        self._go(stop)


def _matched(pattern: re.Pattern[str], text: str, position: int) -> int:
    """Where a pattern that may match nothing ends."""
    match = pattern.match(text, position)
    return match.end() if match else position


def _of_tag(tag: str, given: dict[str, str]) -> Iterator[tuple[str, str]]:
    relations = set(given.get("rel", "").lower().split())
    if tag == "link" and relations and relations <= IDLE:
        return
    if tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
        yield "meta refresh", given.get("content", "").partition("=")[2].strip(" '\"")
    for name in LOADS.get(tag, ()):
        for address in _candidates(name, given.get(name, "")):
            yield f"{tag} {name}", address
    for match in _IN_TEXT.finditer(given.get("style", "")):
        yield f"{tag} style", match.group()


def _candidates(name: str, value: str) -> list[str]:
    """The addresses of an attribute; a set of pictures holds several."""
    if "srcset" not in name:
        return [value.strip()] if value.strip() else []
    return [part.split()[0] for part in value.split(",") if part.split()]


def _addresses(text: str) -> Iterator[tuple[str, int]]:
    """Each address of a script or style with the number of lines before it."""
    plain = _LINE_COMMENT.sub(lambda match: blanked(match[0]), without_comments(text, _BLOCK))
    line = last = 0
    for match in _IN_TEXT.finditer(plain):
        line, last = line + plain.count("\n", last, match.start()), match.start()
        if not match.group().lower().startswith(FORMATS):
            yield match.group(), line
