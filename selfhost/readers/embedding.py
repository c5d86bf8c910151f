"""Pages and components that embed meetings through Jitsi's IFrame API: the settings that they give
with ``configOverwrite``, and whose server they embed.

https://jitsi.github.io/handbook/docs/dev-guide/dev-guide-iframe

The rest of such a file is an application of any kind (HTML, PHP, TypeScript, JSX, Vue), so only
the object is read, with the reader of ``config.js``; nothing is executed.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from selfhost.readers import template
from selfhost.readers.javascript import read_client_config
from selfhost.readers.lines import blanked, without_comments
from selfhost.readers.tree import Node, Origin, Source, Tree, Unknown

#: Characters that are looked at.
MAX_SIZE = 400_000
_MAX_EMBEDDED = 20
_MAX_OBJECT = 60_000
#: Characters of a component's tag.
_MAX_TAG = 4000
_VALUE = '<!--# echo var="value" -->'

_FIRST = r"""(?P<first>"[^"\n]*"|'[^'\n]*'|`[^`\n]*`|[\w$.]+)"""
_CALL = re.compile(rf"\bnew\b(?:\s+[\w$.]*|\s*\([\w$ ]+\)\.)JitsiMeetExternalAPI\s*\(\s*{_FIRST}?")
_COMPONENT = re.compile(r"<(?P<name>JitsiMeeting|JaaSMeeting)\b")
_LIBRARY = re.compile(
    r"(?:class|function|interface)\s+JitsiMeetExternalAPI\b|JitsiMeetExternalAPI\s*=\s*[a-z]\b"
)
_OVERWRITE = re.compile(
    r"""(?<![\w$])["']?configOverwrite["']?\s*(?:"""
    r"""=\s*\{\s*(?P<prop>[A-Za-z_$][\w$]*)\s*[}(.]"""
    r"""|[:=]\s*(?:\{\s*)?(?P<open>\{)|[:=]\s*(?P<name>[A-Za-z_$][\w$]*))"""
)
_DOMAIN = re.compile(rf"\bdomain\s*=\s*\{{?\s*{_FIRST}")
#: A component that is told its server, or may be.
_TELLS = re.compile(r"\bdomain\b|\{\s*\.\.\.")
_SCRIPT = re.compile(
    r"(?:https?:)?//(?P<host>[\w.-]+)(?::\d+)?/(?:[\w./-]{0,200}/)?external_api(?:\.min)?\.js"
)
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_PHP = re.compile(r"<\?(?P<printing>=|php\s+echo\b)?.{0,2000}?\?>", re.DOTALL)
_PHP_LINE = re.compile(r"^[ \t]*<\?[^\n]{0,500}?\?>[ \t]*$", re.MULTILINE)
_CAST = re.compile(r"\bas\s+(?:const|[\w.]+(?:<[\w.,\s]*>)?(?:\[\])*)")
_COMMENT = re.compile(r"(?<![:\"'`\w])//[^\n]*|/\*")
#: Characters of a comment; beyond, ``/*`` is a pattern of paths.
_MAX_COMMENT = 4000


@dataclass(frozen=True, slots=True)
class Embedded:
    """A meeting in a page. ``settings``: what the page sets, keys that it does not name being
    whatever the server gives. ``host``: of the server that it embeds, if it is told."""

    settings: Tree
    host: Node | None


def is_embedding(text: str) -> bool:
    """Whether a file uses the IFrame API, rather than being it."""
    uses = _CALL.search(text) or _COMPONENT.search(text)
    if uses is None and _SCRIPT.search(text):
        uses = _OVERWRITE.search(text)
    return uses is not None and _LIBRARY.search(text) is None


def read_embedded(source: Source, elsewhere: str) -> tuple[Embedded, ...]:
    """Every meeting that a file embeds. ``elsewhere``: why what it does not set is not known."""
    text = without_comments(source.text[:MAX_SIZE], _COMMENT, longest=_MAX_COMMENT)
    places = _Lines(source.path, text)
    host = _host(text, places)
    found = tuple(
        Embedded(_open(_settings(text, start, source.path), elsewhere), host)
        for start in islice(_objects(text), _MAX_EMBEDDED)
    )
    if found:
        return found
    nothing = Node({}, Origin(source.path), (), Unknown(elsewhere))
    return (Embedded(Tree(nothing), host),)


class _Lines:
    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._ends = [match.start() for match in re.finditer("\n", text)]

    def at(self, offset: int) -> Origin:
        return Origin(self._path, bisect_right(self._ends, offset - 1) + 1)


def _blank(match: re.Match[str]) -> str:
    return blanked(match[0])


def _objects(text: str) -> Iterator[int]:
    """Where each object of settings opens; a name leads to where it is declared. -1 for one that
    is computed."""
    for match in _OVERWRITE.finditer(text):
        name = match["prop"] or match["name"]
        if match["open"]:
            yield match.start("open")
        elif name:
            declared = re.search(
                rf"\b(?:const|let|var)\s+{re.escape(name)}\s*(?::[^=\n]+)?=\s*(\{{)", text
            )
            yield declared.start(1) if declared else -1


def _settings(text: str, start: int, path: str) -> Tree:
    """The object that opens at ``start``, every line where it was."""
    if start < 0:
        return Tree(Node(Unknown("computed by the page"), Origin(path)))
    end = _closing(text, start)
    if end - start > _MAX_OBJECT:
        return Tree(Node(Unknown("too large"), Origin(path)))
    literal = _PHP.sub(_without_php, _PHP_LINE.sub("", text[start:end]))
    before = "\n" * text.count("\n", 0, start)
    names = (frozenset(_NAME.findall(literal)) - {"config"}) | {"_"}
    tree = Tree(Node(Unknown("does not parse"), Origin(path)))
    for attempt in (literal, _CAST.sub(_blank, literal)):
        filled = template.fill(attempt, _VALUE, _VALUE).text if "{{" in attempt else attempt
        script = f"{before}var config = {filled};"
        tree = read_client_config([Source(path, script)], also=names)
        if not isinstance(tree.root.value, Unknown):
            break
    return Tree(tree.root)


def _without_php(match: re.Match[str]) -> str:
    return ("_" if match["printing"] else "") + "\n" * match[0].count("\n")


def _closing(text: str, start: int) -> int:
    """Behind the bracket that closes the one at ``start``."""
    depth, quote, at = 0, "", start
    while at < min(len(text), start + _MAX_OBJECT):
        sign = text[at]
        if quote:
            at += sign == "\\"
            quote = "" if sign == quote else quote
        elif sign in "\"'`":
            quote = sign
        elif sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
            if not depth:
                return at + 1
        at += 1
    return len(text)


def _open(tree: Tree, elsewhere: str) -> Tree:
    """The API puts its settings into the server's, section by section."""

    def opened(node: Node) -> Node:
        if not isinstance(node.value, Mapping):
            return node
        inside = {key: opened(child) for key, child in node.value.items()}
        return Node(inside, node.origin, node.overrides, node.rest or Unknown(elsewhere))

    return Tree(opened(tree.root))


def _host(text: str, places: _Lines) -> Node | None:
    """The first argument of the API, the component's ``domain``, or where its script is from."""
    for pattern in (_CALL, _DOMAIN):
        for match in islice(pattern.finditer(text), _MAX_EMBEDDED):
            host = _text(text, match["first"] or "")
            if host:
                return Node(host, places.at(match.start("first")))
    # https://github.com/jitsi/jitsi-meet-react-sdk, src/constants/index.ts
    for component in islice(_COMPONENT.finditer(text), _MAX_EMBEDDED):
        if component["name"] == "JaaSMeeting":
            return Node("8x8.vc", places.at(component.start()))
        tag = text[component.start() : component.start() + _MAX_TAG]
        if not _TELLS.search(tag.partition("/>")[0]):
            return Node("meet.jit.si", places.at(component.start()))
    script = _SCRIPT.search(text)
    if script is not None:
        return Node(script["host"].lower(), places.at(script.start()))
    return None


def _text(text: str, word: str) -> str:
    """The host that a text, or a name that is given one, holds; empty where that is not told."""
    if word[:1] not in "\"'`":
        if not word or "." in word:
            return ""
        given = re.search(
            rf"""\b{re.escape(word)}\s*(?::\s*string\s*)?=\s*(?P<it>"[^"\n]*"|'[^'\n]*'|`[^`\n]*`)""",
            text,
        )
        word = given["it"] if given else ""
    host = word[1:-1].strip().removeprefix("https://").partition("/")[0]
    named = re.fullmatch(r"([\w-]+(?:\.[\w-]+)+)(?::\d+)?", host)
    return named[1].lower() if named else ""
