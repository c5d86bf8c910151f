"""Where log daemons and shippers send what they read.

The files are a stranger's: every pattern here takes time in proportion to the text, also where what
it opens is never closed.
"""

import re
from collections.abc import Iterable, Iterator
from ipaddress import ip_address

from selfhost.controls.text_predicates import Line
from selfhost.readers.lines import physical_lines, without_comments
from selfhost.readers.tree import Origin, Source

_MAX_LINES = 400
_MAX_BLOCK = 20_000
#: A value that is filled in when the program starts.
_FILLED_IN = re.compile(r"\$\{|\$\w|%\{|%\$|\bsys\.env\b|\benv\(")
#: A word is looked at from its beginning only: what is before the scheme, and the scheme.
_SCHEME = r"(?<![\w+.-])((?:(?![a-z])[\w+.-])*)([a-z][\w+.-]*)://"
_URL = re.compile(_SCHEME + r"(?:[^\s/@\"']*@)?(\[[^\]\s/]+\]|[^\s/:\"',\]?]+)", re.I)
_URL_WHOLE = re.compile(_SCHEME + r"[^\s\"',\]]*", re.I)
_HOST = re.compile(r"(\[[0-9a-f:.%]+\]|[a-z0-9][\w.-]*)(?::\d+)?", re.I)


def here(host: str) -> bool:
    """Whether an address is this machine's own."""
    name = host.strip("[]").lower()
    if name in ("localhost", "localhost.localdomain", "ip6-localhost", "") or name.startswith("/"):
        return True
    try:
        address = ip_address(name.partition("%")[0])
    except ValueError:
        return name.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def elsewhere(value: str) -> str | None:
    """The host that a value names, if it is another machine's; ``""`` when it cannot be told."""
    unclear = False
    for match in _URL.finditer(value):
        scheme, host = match[2].lower(), match[3]
        if _FILLED_IN.search(host):
            unclear = True
        elif scheme not in ("unix", "file") and not here(host):
            return host
    rest = _URL_WHOLE.sub(r"\1 ", value)
    if _FILLED_IN.search(rest):
        return ""
    for word in re.findall(r"\[[0-9a-f:.%]+\]|[^\s,\"'\[\]=>]+", rest, re.I):
        found = _HOST.fullmatch(word)
        if found and not word.isdigit() and not here(found[1]):
            return found[1]
    return "" if unclear else None


def statements(source: Source) -> Iterator[Line]:
    """Lines without their comments; what is between brackets is one line with what opened it."""
    held, opened, start = "", 0, 0
    for number, line in enumerate(physical_lines(_without(_BLOCK, source.text)), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        held, start = (f"{held} {text}", start) if held else (text, number)
        bare = _without_texts(text)
        opened += bare.count("(") - bare.count(")")
        if opened <= 0 or number - start > _MAX_LINES:
            yield Line(Origin(source.path, start), held)
            held, opened = "", 0
    if held:
        yield Line(Origin(source.path, start), held)


_TEXTS = {
    '"': re.compile(r"\"(?:\\.|[^\"\\])*\"", re.S),
    "'": re.compile(r"'(?:\\.|[^'\\])*'", re.S),
}


def _without_texts(text: str, filler: str = "") -> str:
    """With nothing between quotation marks, or with ``filler`` for each character."""
    parts, done, unclosed = [], 0, ""
    for mark in re.finditer(r"[\"']", text):
        if mark.start() < done or mark[0] in unclosed:
            continue
        closed = _TEXTS[mark[0]].match(text, mark.start())
        if closed is None:
            unclosed += mark[0]  # nor is any later one
            continue
        parts += [text[done : mark.start()], '"', filler * (len(closed[0]) - 2), '"']
        done = closed.end()
    return "".join([*parts, text[done:]])


#: ``/*`` in the middle of a path begins nothing.
_BLOCK = re.compile(r"(?:(?<=\s)|^)/\*")
_BLOCK_OR_LINE = re.compile(r"(?:^|\s)#[^\n]*|/\*", re.M)


def _without(comment: re.Pattern[str], text: str) -> str:
    """Without comments, lines where they are."""
    return without_comments(text, comment, lambda found: "\n" * found.count("\n"))


# -- rsyslog ---------------------------------------------------------------------------------------

_AT = re.compile(r"(?:^|\s)@{1,2}(?:\([^)@]*\))?(\[[^\]\s]+\]|[\w.$%{}-]+)")
_OUTPUT = re.compile(
    r"\btype\s*=\s*\"?om(?:fwd|relp|elasticsearch|http|kafka|mail|clickhouse|amqp1|hiredis"
    r"|mongodb|azureeventhubs)\b",
    re.I,
)
_TARGET = re.compile(
    r"\b(?:target|server|serverurl|broker|uristr|host)\s*=\s*(\[[^\]]{0,2000}\]|\"[^\"]*\"|[^\s)]+)",
    re.I,
)
_MODULE = re.compile(r"\s:om(?:relp|hiredis|mail):(\S+)")


def rsyslog(statement: str) -> str | None:
    """The host that a statement sends logs to, if another's; ``""`` when it cannot be told."""
    if _OUTPUT.search(statement):
        return _first(match[1] for match in _TARGET.finditer(statement))
    if statement.startswith(("$", "module(", "input(", "template(")):
        return None
    if module := _MODULE.search(statement):
        return elsewhere(module[1].partition(";")[0])
    return _first(match[1] for match in _AT.finditer(_without_texts(statement)))


def _first(values: Iterable[str]) -> str | None:
    found = [host for value in values if (host := elsewhere(value)) is not None]
    return next((host for host in found if host), "" if found else None)


# -- syslog-ng -------------------------------------------------------------------------------------

_DRIVER = re.compile(
    r"\b(tcp6?|udp6?|network|syslog|http|elasticsearch-http|elasticsearch2|loki|kafka-c|kafka"
    r"|mongodb|redis|amqp|mqtt|smtp|opentelemetry|otlp|syslog-ng-otlp|splunk-hec[\w-]{0,30}|graphite"
    r"|riemann|stomp|sumologic-\w+|logscale|slack|telegram|discord)\s*\(",
    re.I,
)
_DESTINATION = re.compile(r"\bdestination\b\s*+([\w.-]*+)\s*+\{")
_AT_HOST = re.compile(r"\b(?:url|servers|bootstrap-servers|host|uri|server)\s*\(([^)]*)\)", re.I)


def syslog_ng(source: Source) -> Iterator[tuple[Line, str]]:
    """Drivers of destinations that a log path uses, with the host (``""``: it cannot be told)."""
    text = _without(_BLOCK_OR_LINE, source.text)
    bare = _without_texts(text, " ")
    used = set(re.findall(r"\bdestination\s*\(\s*\"?([\w.-]+)", text))
    line, counted, at = 1, 0, 0
    while match := _DESTINATION.search(text, at):
        at = match.end()
        if match[1] and match[1] not in used:
            continue
        end = _closed(bare, at, "{}")
        while driver := _DRIVER.search(text, at, end):
            at = _closed(bare, driver.end(), "()")
            inside = text[driver.end() : min(at, end)]
            named = _AT_HOST.search(inside, 0, inside.rfind(")") + 1)
            first = re.match(r"\s*(\"[^\"]*\"|'[^']*'|[\w.:\[\]-]+)", inside)
            host = elsewhere(named[1] if named else first[1] if first else "")
            if host is not None:
                line += text.count("\n", counted, driver.start())
                counted = driver.start()
                yield Line(Origin(source.path, line), driver[1]), host
        at = end


def _closed(bare: str, start: int, brackets: str) -> int:
    """Where what was opened before ``start`` is closed, or where it is not looked at any more."""
    depth, end = 1, min(len(bare), start + _MAX_BLOCK)
    for bracket in re.compile("[" + re.escape(brackets) + "]").finditer(bare, start, end):
        depth += 1 if bracket[0] == brackets[0] else -1
        if not depth:
            return bracket.start()
    return end


# -- shippers --------------------------------------------------------------------------------------

#: Where a section begins that sends.
_SENDS = re.compile(
    r"^\[+\s*(?:output|sink)|^<(?:match|store|output)\b|^<plugin\s+\"?(?:network|write_)"
    r"|^(?:outputs?|sinks|clients|remote_write|output\.|loki\.write|otelcol\.exporter"
    r"|prometheus\.remote_write|pyroscope\.write)[\w.]*(?:\s+\"[^\"]*\")?\s*[:{]",
    re.I,
)
#: What opens a block on the line of its first setting.
_OPENED = re.compile(r"^[\w.]+(?:\s+\"[^\"]*\")?\s*\{\s*(?=\S)|^output\.\w+\.")
_NAMED = re.compile(
    r"^(?:-\s*)?[\"']?(?:endpoints?|urls?|uri|hosts?|address(?:es)?|bootstrap[_.]servers"
    r"|brokers?|servers?|dsn|cloud[._]id)[\"']?\s*(?:=>|[:=]|\s|$)\s*(.*)$",
    re.I,
)


def shippers(source: Source) -> Iterator[tuple[Line, str]]:
    """Lines of a shipper's outputs that name another machine (``""``: it cannot be told)."""
    sends = listed = table = False
    level = 0
    for number, line in enumerate(physical_lines(source.text), 1):
        text = re.sub(r"(?<!\s)\s+#\s.*$", "", line.strip())
        if not text or text.startswith(("#", "//", ";")):
            continue
        indent = len(line) - len(line.lstrip())
        if _SENDS.search(text):
            # Under a header in brackets, settings stand as far to the left as the header does.
            sends, listed, table, level = True, False, text[0] == "[", indent
        elif text[0] == "[" if table else indent <= level and text[0] not in "-}])":
            sends = listed = False
        if not sends:
            continue
        named = _NAMED.match(_OPENED.sub("", text))
        item = listed and text[0] in "-\"'"
        if named or not item:
            listed = named is not None and named[1] in ("", "[")
        value = named[1] if named else text.lstrip("- ") if item else ""
        if (host := elsewhere(value)) is not None:
            yield Line(Origin(source.path, number), text), host
