"""Prosody, as far as a stranger asks it: through BOSH, and over WebSocket."""

import base64
import hashlib
import re
from http.server import BaseHTTPRequestHandler

from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, Side, State

from tests.unit.targets.outside_server import text

FRAMING = "urn:ietf:params:xml:ns:xmpp-framing"


class Prosody:
    """Hosts that are there, with their identities. ``fragments``: a WebSocket message in two, and
    a ping between them."""

    def __init__(self, *, fragments: bool = False, **hosts: str) -> None:
        self.hosts = {name.replace("_", "."): kind for name, kind in hosts.items()}
        self.mechanism = "ANONYMOUS"
        self.fragments = fragments

    def bosh(self, handler: BaseHTTPRequestHandler, given: bytes) -> None:
        """One request."""
        asked = given.decode()
        begins = "sid=" not in asked or "restart" in asked
        inside = self._features() if begins else self._answer(asked)
        body = f"<body xmlns='http://jabber.org/protocol/httpbind' sid='s'>{inside}</body>"
        text(body, "text/xml")(handler, given)

    def websocket(self, handler: BaseHTTPRequestHandler, _given: bytes) -> None:
        """One connection, until its end."""
        upgrade(handler)
        protocol = Protocol(Side.SERVER, state=State.OPEN)
        while data := handler.connection.recv(65536):
            protocol.receive_data(data)
            for event in protocol.events_received():
                if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                    self._say(protocol, bytes(event.data).decode())
            for out in protocol.data_to_send():
                if out:
                    handler.connection.sendall(out)

    def _say(self, protocol: Protocol, asked: str) -> None:
        answers = [self._answer(asked)]
        if asked.startswith("<open"):
            answers = [f"<open xmlns='{FRAMING}' id='1' version='1.0'/>", self._features()]
        if asked.startswith("<close"):
            answers = [f"<close xmlns='{FRAMING}'/>"]
        for answer in filter(None, answers):
            raw = answer.encode()
            if self.fragments:
                protocol.send_text(raw[:9], fin=False)
                protocol.send_ping(b"there?")
                protocol.send_continuation(raw[9:], fin=True)
            else:
                protocol.send_text(raw)

    def _features(self) -> str:
        return (
            "<f:features xmlns:f='http://etherx.jabber.org/streams'><mechanisms "
            "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>"
            f"{self.mechanism}</mechanism></mechanisms></f:features>"
        )

    def _answer(self, asked: str) -> str:
        if "<auth" in asked:
            return "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"
        identity = re.search(r"\bid='(\w+)'", asked)
        return self._iq(identity[1], asked) if identity else ""

    def _iq(self, identity: str, asked: str) -> str:
        to = re.search(r'to="([^"]+)"', asked)
        head = f"<iq xmlns='jabber:client' id='{identity}'"
        if to is None:
            return f"{head} type='result'/>"
        if "extdisco" in asked:
            service = "<service type='turn' host='meet-jit-si-turnrelay.jitsi.net' port='443'/>"
            inside = f"<services xmlns='urn:xmpp:extdisco:2'>{service}</services>"
            return f"{head} type='result'>{inside}</iq>"
        if "disco#items" in asked:
            items = "".join(f"<item jid='{name}'/>" for name in self.hosts)
            query = f"<query xmlns='http://jabber.org/protocol/disco#items'>{items}</query>"
            return f"{head} type='result'>{query}</iq>"
        kind = self.hosts.get(to[1])
        if kind is None:
            error = "<remote-server-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
            return f"{head} type='error'><error type='cancel'>{error}</error></iq>"
        query = f"<identity category='component' type='{kind}'/>"
        return (
            f"{head} type='result'><query xmlns='http://jabber.org/protocol/disco#info'>"
            f"{query}</query></iq>"
        )


def upgrade(handler: BaseHTTPRequestHandler, subprotocol: str = "xmpp") -> None:
    """Say that it is a WebSocket from here on."""
    magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    key = handler.headers.get("Sec-WebSocket-Key", "") + magic
    handler.protocol_version = "HTTP/1.1"
    handler.send_response(101)
    handler.send_header("Upgrade", "websocket")
    handler.send_header("Connection", "Upgrade")
    accepted = base64.b64encode(hashlib.sha1(key.encode(), usedforsecurity=False).digest()).decode()
    handler.send_header("Sec-WebSocket-Accept", accepted)
    if subprotocol:
        handler.send_header("Sec-WebSocket-Protocol", subprotocol)
    handler.end_headers()
    handler.wfile.flush()
    handler.close_connection = True
