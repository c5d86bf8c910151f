"""What a stranger may ask the XMPP server: its services, without entering a room.

XEP-0030 (discovery), 0215 (external services such as TURN). The login is anonymous, as a
participant's; nothing is joined, made or changed.
"""

import base64
import secrets
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.sax.saxutils import quoteattr

from selfhost.targets.outside_http import NoResponseError

SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
BIND = "urn:ietf:params:xml:ns:xmpp-bind"
ITEMS = "http://jabber.org/protocol/disco#items"
INFO = "http://jabber.org/protocol/disco#info"
EXTERNAL = "urn:xmpp:extdisco:2"
MAX_XML = 256 * 1024
MAX_ASKED = 24
_POLLS = 6

#: Services by the names that Jitsi's own files give them, below the site's domain.
NAMES = (
    *("recorder", "hidden", "transcriber", "jigasi", "callcontrol", "jibri"),
    *("breakout", "lobby", "focus", "metadata", "audiotranslation", "filesharing"),
)


class RefusedError(Exception):
    """The server said no; the text is the condition that it named."""


class Stream(Protocol):
    """A way to an XMPP host. All raise ``NoResponseError``, and ``RefusedError`` when the server
    ends it; elements that have come meanwhile are returned."""

    @property
    def url(self) -> str:
        """Where it is."""
        ...

    def open(self) -> list[Element]:
        """Begin, or begin anew after the login."""
        ...

    def send(self, stanza: str) -> list[Element]:
        """Send one element."""
        ...

    def wait(self) -> list[Element]:
        """Let the server answer."""
        ...

    def close(self) -> None:
        """Leave; raises nothing."""
        ...


def ask(stream: Stream, domain: str, login: str) -> Iterator[dict[str, Any]]:
    """What the server says of itself: one entry for the login, then one for each service.

    ``login``: the host for those without an account, with which the stream is.
    Raises ``NoResponseError``.
    """
    entry = {"ask": "login", "of": login, "through": stream.url}
    session = _Session(stream)
    try:
        try:
            session.start()
        except RefusedError as refused:
            yield {**entry, "refused": str(refused)}
            return
        yield {**entry, "refused": ""}
        yield from _services(session, domain)
    finally:
        stream.close()


def _services(session: "_Session", domain: str) -> Iterator[dict[str, Any]]:
    found: list[str] = []
    for entry in _asked(session, domain, "items"):
        found += entry.get("items", [])
        yield entry
    below = [name for name in dict.fromkeys(found) if name.endswith("." + domain)]
    for name in (*below[:MAX_ASKED], *(f"{n}.{domain}" for n in NAMES)):
        if name not in below[MAX_ASKED:]:
            yield from _asked(session, name, "info")
    yield from _asked(session, domain, "info")
    yield from _asked(session, domain, "external")


def _asked(session: "_Session", name: str, what: str) -> Iterator[dict[str, Any]]:
    namespace, element = {
        "items": (ITEMS, "query"),
        "info": (INFO, "query"),
        "external": (EXTERNAL, "services"),
    }[what]
    entry: dict[str, Any] = {"ask": what, "of": name, "refused": ""}
    try:
        answer = session.query(name, f"<{element} xmlns='{namespace}'/>")
    except RefusedError as refused:
        yield {**entry, "refused": str(refused)}
        return
    inside = answer.find(f"{{{namespace}}}{element}")
    children: Iterable[Element] = list(inside)[:200] if inside is not None else []
    if what == "items":
        entry["items"] = [jid for child in children if (jid := _short(child.get("jid")))]
    elif what == "info":
        entry["identities"] = [
            "/".join(_short(child.get(key)) for key in ("category", "type", "name"))
            for child in children
            if child.tag == f"{{{INFO}}}identity"
        ]
        entry["features"] = [
            _short(child.get("var")) for child in children if child.tag == f"{{{INFO}}}feature"
        ]
    else:
        entry["services"] = [
            {key: _short(child.get(key)) for key in ("type", "host", "port", "transport")}
            for child in children
        ]
    yield entry


def _short(text: str | None) -> str:
    return (text or "")[:200]


class _Session:
    """Logged in as nobody in particular."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._inbox: list[Element] = []

    def start(self) -> None:
        """Raises RefusedError, NoResponseError."""
        self._keep(self._stream.open())
        features = self._next(lambda e: e.tag.endswith("}features"))
        offered = {e.text for e in features.iter(f"{{{SASL}}}mechanism")}
        if "ANONYMOUS" not in offered:
            raise RefusedError("anonymous login is not offered")
        self._keep(self._stream.send(f"<auth xmlns='{SASL}' mechanism='ANONYMOUS'/>"))
        said = self._next(lambda e: e.tag.startswith(f"{{{SASL}}}"))
        if not said.tag.endswith("}success"):
            raise RefusedError(said[0].tag.rpartition("}")[2] if len(said) else "refused")
        self._keep(self._stream.open())
        self._next(lambda e: e.tag.endswith("}features"))
        self._query("set", "", f"<bind xmlns='{BIND}'/>")

    def query(self, name: str, inside: str) -> Element:
        """Ask a service. Raises RefusedError, NoResponseError."""
        return self._query("get", name, inside)

    def _query(self, kind: str, to: str, inside: str) -> Element:
        identity = base64.b32encode(secrets.token_bytes(5)).decode().lower()
        target = f" to={quoteattr(to)}" if to else ""
        self._keep(
            self._stream.send(
                f"<iq xmlns='jabber:client' type='{kind}' id='{identity}'{target}>{inside}</iq>"
            )
        )
        answer = self._next(lambda e: e.get("id") == identity)
        if answer.get("type") == "error":
            error = answer.find("{jabber:client}error")
            names = [e.tag.rpartition("}")[2] for e in (error if error is not None else ())]
            raise RefusedError(names[0] if names else "error")
        return answer

    def _next(self, wanted: Callable[[Element], bool]) -> Element:
        for _ in range(_POLLS):
            for element in self._inbox:
                if wanted(element):
                    self._inbox.remove(element)
                    return element
            self._keep(self._stream.wait())
        raise RefusedError("no answer")

    def _keep(self, came: list[Element]) -> None:
        self._inbox = [*self._inbox, *came][-200:]


def parsed(body: bytes) -> Element:
    """XML without entities of its own, which could grow without bound."""
    if b"<!" in body or not body.lstrip().startswith(b"<"):
        raise NoResponseError("what answers is no XMPP server")
    try:
        return fromstring(body)  # noqa: S314 - no declarations, bounded size
    except (ParseError, ValueError, RecursionError):
        raise NoResponseError("what answers is no XMPP server") from None
