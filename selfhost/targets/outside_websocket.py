"""XMPP over WebSocket (RFC 7395): one stanza a message.

The protocol itself is that of ``websockets``, without its input and output: the connection is
ours, and so are its bounds in time.
"""

import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element
from xml.sax.saxutils import quoteattr

from websockets.client import ClientProtocol
from websockets.exceptions import WebSocketException
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from selfhost.targets.outside_http import NoResponseError, Place, secured
from selfhost.targets.outside_xmpp import MAX_XML, RefusedError, parsed

FRAMING = "urn:ietf:params:xml:ns:xmpp-framing"
#: For one answer, and for all of them.
_SECONDS = 3.0
_SESSION = 40.0
_READ = 16 * 1024


class WebSocket:
    """A stream at ``url`` (``wss://…``) with the XMPP host ``host``."""

    def __init__(self, url: str, host: str, place: Place) -> None:
        """Raises ``NoResponseError`` where ``url`` is no such address."""
        self.url, self._host, self._place = url, host, place
        self._closing = ExitStack()
        self._socket: ssl.SSLSocket | None = None
        try:
            address = parse_uri(url)
        except (WebSocketException, ValueError):
            raise NoResponseError("that is none") from None
        self._protocol = ClientProtocol(
            address, subprotocols=[Subprotocol("xmpp")], max_size=MAX_XML
        )
        self._text = b""

    def open(self) -> list[Element]:
        """Connect and begin, or begin anew after the login."""
        if self._socket is None:
            self._connect()
        return self.send(f"<open xmlns='{FRAMING}' to={quoteattr(self._host)} version='1.0'/>")

    def send(self, stanza: str) -> list[Element]:
        """Send it; answers come by ``wait``."""
        with _said():
            self._protocol.send_text(stanza.encode())
            self._flush()
        return []

    def wait(self) -> list[Element]:
        """What has come, or comes within some seconds."""
        until = min(time.monotonic() + _SECONDS, self._place.deadline)
        while time.monotonic() < until:
            with _said():
                found = [e for event in self._receive(until) for e in self._read(event)]
            if found:
                return found
        return []

    def close(self) -> None:
        """Leave."""
        try:
            if self._socket is not None and self._protocol.state is State.OPEN:
                self.send(f"<close xmlns='{FRAMING}'/>")
                self._protocol.send_close()
                self._flush()
        except (RefusedError, NoResponseError, OSError):
            return
        finally:
            self._shut()

    def _connect(self) -> None:
        self._socket = self._closing.enter_context(
            secured(self._place, urlsplit(self.url).port or 443, _SESSION)
        )
        until = min(time.monotonic() + _SECONDS, self._place.deadline)
        with _said():
            self._protocol.send_request(self._protocol.connect())
            self._flush()
            while self._protocol.state is State.CONNECTING and not self._protocol.handshake_exc:
                for event in self._receive(until):
                    if isinstance(event, Response) and event.status_code != 101:
                        raise NoResponseError(
                            f"WebSocket answers with HTTP status {event.status_code}"
                        )
        if self._protocol.state is not State.OPEN or self._protocol.subprotocol != "xmpp":
            raise NoResponseError("what answers is no XMPP server")

    def _flush(self) -> None:
        assert self._socket is not None  # noqa: S101 - connected before anything is sent
        for data in self._protocol.data_to_send():
            if data:
                self._socket.sendall(data)

    def _receive(self, until: float) -> list[object]:
        """Events of what comes until then."""
        assert self._socket is not None  # noqa: S101 - connected before anything is read
        self._socket.settimeout(max(0.01, until - time.monotonic()))
        try:
            data = self._socket.recv(_READ)
        except TimeoutError:
            if self._protocol.state is State.CONNECTING:
                raise NoResponseError("no answer in time") from None
            return []
        if not data:
            self._protocol.receive_eof()
        else:
            self._protocol.receive_data(data)
        self._flush()
        events = list(self._protocol.events_received())
        if not data and not events:
            raise NoResponseError("the connection was ended")
        return list(events)

    def _read(self, event: object) -> Iterator[Element]:
        if not isinstance(event, Frame):
            return
        if event.opcode is Opcode.CLOSE:
            raise NoResponseError("the connection was ended")
        if event.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            return
        self._text += bytes(event.data)
        if not event.fin:
            return
        text, self._text = self._text, b""
        element = parsed(text)
        if element.tag == f"{{{FRAMING}}}close" or element.tag.endswith("}error"):
            names = [child.tag.rpartition("}")[2] for child in element]
            raise RefusedError(names[0][:80] if names else "ended")
        if element.tag != f"{{{FRAMING}}}open":
            yield element

    def _shut(self) -> None:
        with suppress(OSError, NoResponseError):
            self._closing.close()


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except WebSocketException as error:
        raise NoResponseError(f"no WebSocket answer ({type(error).__name__})") from None
    except OSError as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise NoResponseError(f"the connection broke ({reason})") from None
