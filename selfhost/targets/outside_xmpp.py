"""What a stranger may ask the XMPP server through BOSH: its services, without entering a room.

XEP-0124 and 0206 (BOSH), 0030 (discovery), 0215 (external services such as TURN). The login is
anonymous, as a participant's; nothing is joined, made or changed.
"""

import base64
import secrets
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.sax.saxutils import quoteattr

from selfhost.targets.outside_http import NoResponseError, Place, request

HTTPBIND = "http://jabber.org/protocol/httpbind"
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


def ask(bosh: str, domain: str, login: str, place: Place) -> Iterator[dict[str, Any]]:
    """What the server says of itself: one entry for the login, then one for each service.

    ``login``: the host for those without an account. Raises ``NoResponseError``.
    """
    session = _Session(bosh, login, place)
    try:
        session.start()
    except RefusedError as refused:
        yield {"ask": "login", "of": login, "refused": str(refused)}
        return
    yield {"ask": "login", "of": login, "refused": ""}
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
    session.end()


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
    def __init__(self, bosh: str, host: str, place: Place) -> None:
        self._url = f"{bosh}?{urlencode({'room': 'audit'})}"
        self._host, self._place = host, place
        self._rid = secrets.randbelow(10**9)
        self._sid = ""
        self._inbox: list[Element] = []

    def start(self) -> None:
        """Log in as nobody in particular. Raises RefusedError, NoResponseError."""
        restart = "xmlns:xmpp='urn:xmpp:xbosh'"
        to = f"to={quoteattr(self._host)}"
        first = self._post(
            f"{to} wait='3' hold='1' ver='1.6' xmpp:version='1.0' {restart} xml:lang='en'"
        )
        self._sid = first.get("sid", "")
        features = self._next(lambda e: e.tag.endswith("}features"))
        offered = {e.text for e in features.iter(f"{{{SASL}}}mechanism")}
        if "ANONYMOUS" not in offered:
            raise RefusedError("anonymous login is not offered")
        self._post(inside=f"<auth xmlns='{SASL}' mechanism='ANONYMOUS'/>")
        said = self._next(lambda e: e.tag.startswith(f"{{{SASL}}}"))
        if not said.tag.endswith("}success"):
            raise RefusedError(said[0].tag.rpartition("}")[2] if len(said) else "refused")
        self._post(f"xmpp:restart='true' {restart} {to}")
        self._next(lambda e: e.tag.endswith("}features"))
        self._query("set", "", f"<bind xmlns='{BIND}'/>")

    def query(self, name: str, inside: str) -> Element:
        """Ask a service. Raises RefusedError, NoResponseError."""
        return self._query("get", name, inside)

    def end(self) -> None:
        """Leave."""
        try:
            self._post("type='terminate'")
        except (RefusedError, NoResponseError):
            return

    def _query(self, kind: str, to: str, inside: str) -> Element:
        identity = base64.b32encode(secrets.token_bytes(5)).decode().lower()
        target = f" to={quoteattr(to)}" if to else ""
        self._post(
            inside=f"<iq xmlns='jabber:client' type='{kind}' id='{identity}'{target}>{inside}</iq>"
        )
        answer = self._next(lambda e: e.get("id") == identity)
        if answer.get("type") == "error":
            error = answer.find("{jabber:client}error")
            names = [e.tag.rpartition("}")[2] for e in (error if error is not None else ())]
            raise RefusedError(names[0] if names else "error")
        return answer

    def _next(self, wanted: Any) -> Element:
        for _ in range(_POLLS):
            for element in self._inbox:
                if wanted(element):
                    self._inbox.remove(element)
                    return element
            self._post()
        raise RefusedError("no answer")

    def _post(self, attributes: str = "", inside: str = "") -> Element:
        self._rid += 1
        sid = f" sid={quoteattr(self._sid)}" if self._sid else ""
        body = f"<body rid='{self._rid}'{sid} xmlns='{HTTPBIND}' {attributes}>{inside}</body>"
        answer = request("POST", self._url, self._place, body.encode())
        if answer.status != 200 or len(answer.body) > MAX_XML:
            raise NoResponseError(f"BOSH answers with HTTP status {answer.status}")
        root = _parsed(answer.body)
        self._inbox = [*self._inbox, *root][-200:]
        if root.get("type") == "terminate" and "type='terminate'" not in attributes:
            raise RefusedError(root.get("condition", "ended")[:80])
        return root


def _parsed(body: bytes) -> Element:
    """XML without entities of its own, which could grow without bound."""
    if b"<!" in body or not body.lstrip().startswith(b"<"):
        raise NoResponseError("what answers is no XMPP server")
    try:
        return fromstring(body)  # noqa: S314 - no declarations, bounded size
    except (ParseError, ValueError, RecursionError):
        raise NoResponseError("what answers is no XMPP server") from None
