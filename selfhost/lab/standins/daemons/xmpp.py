"""An XMPP client: STARTTLS with verification, SASL, resource binding, stanzas in and out."""

import asyncio
import base64
import contextlib
import itertools
import ssl
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser
from xml.sax.saxutils import quoteattr

from .scram import Scram, ScramError

CLIENT = "{jabber:client}"
STREAM = "{http://etherx.jabber.org/streams}"
SASL = "{urn:ietf:params:xml:ns:xmpp-sasl}"
TLS = "{urn:ietf:params:xml:ns:xmpp-tls}"
BIND = "{urn:ietf:params:xml:ns:xmpp-bind}"
MUC = "http://jabber.org/protocol/muc"
MUC_USER = "{http://jabber.org/protocol/muc#user}"
HEALTH = "{http://jitsi.org/protocol/healthcheck}"
PING = "{urn:xmpp:ping}"
_STEP = 15.0
_LIMIT = 1 << 20


class XmppError(Exception):
    """Why a connection could not be made or ended; the text names the layer that failed."""


@dataclass(frozen=True)
class Login:
    """Where and as whom. ``domain`` is the XMPP domain, also the name the certificate must bear."""

    host: str
    port: int
    domain: str
    user: str
    password: str
    resource: str


class Connection:
    """One stream. Made by ``connect``; ``stanzas`` must be read for it to stay alive."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, domain: str):
        self._reader, self._writer, self._domain = reader, writer, domain
        self._ids = itertools.count(1)
        self._begin()
        self.jid = ""

    def _begin(self) -> None:
        self._parser: XMLPullParser[Any] = XMLPullParser(("start", "end"))
        self._root = Element("stream")
        self._depth = 0
        self._size = 0

    async def send(self, text: str) -> None:
        """Write one stanza."""
        try:
            self._writer.write(text.encode())
            await self._writer.drain()
        except (ConnectionError, OSError) as problem:
            raise XmppError(f"connection lost: {problem}") from problem

    def next_id(self) -> str:
        """A new stanza id."""
        return f"s{next(self._ids)}"

    async def stanzas(self) -> AsyncIterator[Element]:
        """The children of the stream, one after the other. Raises ``XmppError`` at its end."""
        while True:
            for event, element in cast("Iterator[tuple[str, Element]]", self._parser.read_events()):
                if event == "start":
                    self._depth += 1
                    if self._depth == 1:
                        self._root = element
                    continue
                self._depth -= 1
                if self._depth == 1:
                    self._size = 0
                    self._root.clear()
                    if element.tag == f"{STREAM}error":
                        raise XmppError(f"stream error: {_children(element)}")
                    yield element
                elif self._depth == 0:
                    raise XmppError("the server closed the stream")
            data = await self._reader.read(65536)
            if not data:
                raise XmppError("the server closed the connection")
            self._size += len(data)
            if self._size > _LIMIT:
                raise XmppError("a stanza is too large")
            try:
                self._parser.feed(data)
            except ParseError as problem:
                raise XmppError(f"the server does not speak XMPP: {problem}") from problem

    async def _next(self, *tags: str) -> Element:
        async def wanted() -> Element:
            async for element in self.stanzas():
                if element.tag in tags:
                    return element
            raise XmppError("the server closed the connection")

        try:
            return await asyncio.wait_for(wanted(), _STEP)
        except TimeoutError as problem:
            raise XmppError("the server does not answer") from problem

    async def _open(self) -> Element:
        self._begin()
        await self.send(
            "<?xml version='1.0'?><stream:stream xmlns='jabber:client' version='1.0'"
            " xmlns:stream='http://etherx.jabber.org/streams'"
            f" to={quoteattr(self._domain)}>"
        )
        return await self._next(f"{STREAM}features")

    async def _secure(self, context: ssl.SSLContext) -> None:
        features = await self._open()
        if features.find(f"{TLS}starttls") is None:
            raise XmppError("the server offers no STARTTLS")
        await self.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
        answer = await self._next(f"{TLS}proceed", f"{TLS}failure")
        if answer.tag != f"{TLS}proceed":
            raise XmppError("the server refused STARTTLS")
        try:
            await asyncio.wait_for(
                self._writer.start_tls(context, server_hostname=self._domain), _STEP
            )
        except ssl.SSLCertVerificationError as problem:
            raise XmppError(
                f"PKIX: the certificate of {self._domain} is not trusted: {problem.verify_message}"
            ) from problem
        except (OSError, TimeoutError) as problem:
            raise XmppError(f"TLS failed: {problem}") from problem

    async def _authenticate(self, user: str, password: str) -> None:
        features = await self._open()
        offered = {element.text for element in features.iter(f"{SASL}mechanism")}
        if "SCRAM-SHA-1" in offered:
            scram = Scram(user, password)
            await self._auth("SCRAM-SHA-1", scram.first)
            challenge = await self._next(f"{SASL}challenge", f"{SASL}failure")
            _refused(challenge)
            try:
                answer = scram.final(_decoded(challenge))
                body = base64.b64encode(answer.encode()).decode()
                await self.send(f"<response xmlns='{SASL[1:-1]}'>{body}</response>")
                success = await self._next(f"{SASL}success", f"{SASL}failure")
                _refused(success)
                scram.verify(_decoded(success))
            except ScramError as problem:
                raise XmppError(f"SASL authentication failed: {problem}") from problem
        elif "PLAIN" in offered:
            await self._auth("PLAIN", f"\0{user}\0{password}")
            _refused(await self._next(f"{SASL}success", f"{SASL}failure"))
        else:
            raise XmppError(
                f"SASL authentication failed: no usable mechanism in {sorted(offered, key=str)}"
            )

    async def _auth(self, mechanism: str, initial: str) -> None:
        body = base64.b64encode(initial.encode()).decode()
        await self.send(f"<auth xmlns='{SASL[1:-1]}' mechanism='{mechanism}'>{body}</auth>")

    async def _bind(self, resource: str) -> None:
        await self._open()
        await self.send(
            f"<iq type='set' id='bind'><bind xmlns='{BIND[1:-1]}'>"
            f"<resource>{escape(resource)}</resource></bind></iq>"
        )
        answer = await self._next(f"{CLIENT}iq")
        jid = answer.findtext(f"{BIND}bind/{BIND}jid")
        if not jid:
            raise XmppError("the server gave no resource")
        self.jid = jid

    async def login(self, login: Login, context: ssl.SSLContext) -> None:
        """From a fresh connection to a bound resource."""
        await self._secure(context)
        await self._authenticate(login.user, login.password)
        await self._bind(login.resource)

    async def close(self) -> None:
        """End politely, in bounded time."""
        with contextlib.suppress(XmppError, OSError, TimeoutError, ssl.SSLError):
            await self.send("</stream:stream>")
            self._writer.close()
            await asyncio.wait_for(self._writer.wait_closed(), 0.5)

    async def join(self, room: str, nickname: str, extra: str = "") -> None:
        """Ask to enter a room; the answer comes as presence."""
        await self.presence(f"{room}/{nickname}", f"<x xmlns='{MUC}'/>{extra}")

    async def presence(self, to: str, inside: str) -> None:
        """Directed presence."""
        await self.send(f"<presence to={quoteattr(to)}>{inside}</presence>")

    async def answer(self, request: Element, inside: str = "", error: str = "") -> None:
        """A result, or an error of that condition, for an IQ."""
        kind = "error" if error else "result"
        if error:
            inside = (
                "<error type='cancel'>"
                f"<{error} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
            )
        await self.send(
            f"<iq type='{kind}' id={quoteattr(request.get('id', ''))}"
            f" to={quoteattr(request.get('from', ''))}>{inside}</iq>"
        )


async def connect(login: Login, context: ssl.SSLContext) -> Connection:
    """Log in. Raises ``XmppError`` naming what went wrong."""
    try:
        reader, writer = await asyncio.wait_for(
            asyncio.open_connection(login.host, login.port), _STEP
        )
    except (OSError, TimeoutError) as problem:
        raise XmppError(f"cannot connect to {login.host}:{login.port}: {problem}") from problem
    connection = Connection(reader, writer, login.domain)
    try:
        await connection.login(login, context)
        await connection.send("<presence/>")
    except (XmppError, OSError) as problem:
        await connection.close()
        raise problem if isinstance(problem, XmppError) else XmppError(str(problem)) from problem
    return connection


def escape(text: str) -> str:
    """Text content for a stanza."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def prepare(jid: str) -> str:
    """A bare address in the form in which servers answer: lower case."""
    return jid.strip().lower()


def error_of(stanza: Element) -> str:
    """The condition of an error stanza."""
    error = stanza.find(f"{CLIENT}error")
    return _children(error) if error is not None else "unknown"


def _refused(answer: Element) -> None:
    if answer.tag == f"{SASL}failure":
        raise XmppError(f"SASL authentication failed: {_children(answer)}")


def _decoded(element: Element) -> str:
    return base64.b64decode(element.text or "").decode(errors="replace")


def _children(element: Element) -> str:
    return ", ".join(
        child.tag.rpartition("}")[2] + (f" ({child.text})" if child.text else "")
        for child in element
    )
