"""A participant's XMPP client: BOSH (XEP-0124, 0206) through the web server, as a browser's.

Enough to log in, ask the focus for a conference and enter a room, with every refusal told apart.
"""

import base64
import contextlib
import http.client
import secrets
import ssl
import time
from typing import Any, Self
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, fromstring
from xml.sax.saxutils import escape, quoteattr

HTTPBIND = "http://jabber.org/protocol/httpbind"
SASL = "{urn:ietf:params:xml:ns:xmpp-sasl}"
BIND = "urn:ietf:params:xml:ns:xmpp-bind"
STANZAS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"
CLIENT = "{jabber:client}"
_SECONDS = 20.0


class Refused(Exception):  # noqa: N818 - the outcome that many tests want
    """The server said no; the text is the condition that it named."""


class Participant:
    """One connection. ``server``: where the web server is; ``site``: its domain."""

    def __init__(self, server: str, site: str, host: str = "", token: str | None = None) -> None:
        self.site, self.host = site, host or site
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # a self-signed placeholder
        self._http = http.client.HTTPSConnection(server, 443, timeout=60, context=context)
        query = {"room": "any", **({} if token is None else {"token": token})}
        self._path = f"/http-bind?{urlencode(query)}"
        self._rid = secrets.randbelow(10**9)
        self._sid = ""
        self._inbox: list[Element] = []
        self.jid = ""
        self.mechanisms: set[str | None] = set()
        try:
            self._start()
        except BaseException:
            self._http.close()
            raise

    def _start(self) -> None:
        start = self._post(
            f"to={quoteattr(self.host)} wait='5' hold='1' ver='1.6' xmpp:version='1.0'"
            " xmlns:xmpp='urn:xmpp:xbosh' xml:lang='en'"
        )
        self._sid = start.get("sid", "")
        self.mechanisms = {e.text for e in self._features().iter(f"{SASL}mechanism")}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave."""
        with contextlib.suppress(Refused, OSError, http.client.HTTPException):
            self._post("type='terminate'")
        self._http.close()

    def _post(self, attributes: str = "", inside: str = "") -> Element:
        self._rid += 1
        sid = f" sid={quoteattr(self._sid)}" if self._sid else ""
        body = f"<body rid='{self._rid}'{sid} xmlns='{HTTPBIND}' {attributes}>{inside}</body>"
        headers = {"Host": self.site, "Content-Type": "text/xml; charset=utf-8"}
        self._http.request("POST", self._path, body.encode(), headers)
        answer = fromstring(self._http.getresponse().read())  # noqa: S314 - our own server
        self._inbox += list(answer)
        if answer.get("type") == "terminate":
            condition = answer.get("condition", "ended")
            error = answer.find("{http://etherx.jabber.org/streams}error")
            inner = [e.tag.rpartition("}")[2] for e in error] if error is not None else []
            raise Refused(inner[0] if inner else condition)
        return answer

    def _next(self, wanted: Any, what: str) -> Element:
        deadline = time.monotonic() + _SECONDS
        while True:
            for element in self._inbox:
                if wanted(element):
                    self._inbox.remove(element)
                    return element
            assert time.monotonic() < deadline, f"no {what} within {_SECONDS:.0f} s"
            self._post()

    def _features(self) -> Element:
        return self._next(lambda e: e.tag.endswith("}features"), "features")

    def login(self, user: str = "", password: str = "") -> Self:
        """With a password, or as nobody in particular (ANONYMOUS). Raises ``Refused``."""
        mechanism = "PLAIN" if user else "ANONYMOUS"
        if mechanism not in self.mechanisms:
            raise Refused(f"{mechanism} is not offered")
        initial = base64.b64encode(f"\0{user}\0{password}".encode()).decode() if user else ""
        self._post(inside=f"<auth xmlns='{SASL[1:-1]}' mechanism='{mechanism}'>{initial}</auth>")
        said = self._next(lambda e: e.tag.startswith(SASL), "answer to the login")
        if said.tag != f"{SASL}success":
            raise Refused(said[0].tag.rpartition("}")[2])
        self._post(f"xmpp:restart='true' xmlns:xmpp='urn:xmpp:xbosh' to={quoteattr(self.host)}")
        self._features()
        bound = self._ask(f"<bind xmlns='{BIND}'/>")
        self.jid = bound.findtext(f"{{{BIND}}}bind/{{{BIND}}}jid") or ""
        return self

    def _ask(self, inside: str, to: str = "") -> Element:
        identity = secrets.token_hex(4)
        target = f" to={quoteattr(to)}" if to else ""
        self._post(
            inside=f"<iq xmlns='jabber:client' type='set' id='{identity}'{target}>{inside}</iq>"
        )
        answer = self._next(lambda e: e.get("id") == identity, f"answer of {to or 'the server'}")
        _raise_error(answer)
        return answer

    def ping(self, to: str) -> None:
        """Ask anybody for a sign of life (XEP-0199). Raises ``Refused``."""
        self._ask("<ping xmlns='urn:xmpp:ping'/>", to)

    def open(self, room: str) -> bool:
        """Ask the focus for a conference; whether it is ready. Raises ``Refused``."""
        answer = self._ask(
            "<conference xmlns='http://jitsi.org/protocol/focus'"
            f" room={quoteattr(f'{room}@conference.{self.site}')} machine-uid='test'/>",
            f"focus.{self.site}",
        )
        conference = answer.find("{http://jitsi.org/protocol/focus}conference")
        return conference is not None and conference.get("ready") == "true"

    def enter(self, room: str) -> str:
        """Join a room; one's role in it. Raises ``Refused``."""
        nickname = secrets.token_hex(4)
        me = f"{room}@conference.{self.site}/{nickname}"
        self._post(
            inside=f"<presence xmlns='jabber:client' to={quoteattr(me)}>"
            "<x xmlns='http://jabber.org/protocol/muc'/>"
            f"<nick xmlns='http://jabber.org/protocol/nick'>{escape(nickname)}</nick></presence>"
        )
        said = self._next(
            lambda e: e.tag == f"{CLIENT}presence" and e.get("from", "").lower() == me.lower(),
            f"presence in {room}",
        )
        _raise_error(said)
        item = said.find(
            "{http://jabber.org/protocol/muc#user}x/{http://jabber.org/protocol/muc#user}item"
        )
        return item.get("affiliation", "") if item is not None else ""

    def put_out(self) -> str:
        """Wait until the server ends the connection; the condition that it names."""
        deadline = time.monotonic() + _SECONDS
        while time.monotonic() < deadline:
            try:
                self._post()
            except Refused as refusal:
                return str(refusal)
            except (OSError, http.client.HTTPException) as problem:
                return type(problem).__name__
        return ""


def _raise_error(answer: Element) -> None:
    if answer.get("type") != "error":
        return
    error = answer.find(f"{CLIENT}error")
    children = list(error) if error is not None else []
    names = [e.tag.rpartition("}")[2] for e in children if e.tag.startswith(STANZAS)]
    raise Refused(names[0] if names else "error")
