"""A web server asked as a browser would, by a client that nothing it answers can hold up.

Every answer is bounded in bytes and in time as a whole, not only between two packets; redirects
are followed on the same host only; nothing that is served is run.
"""

import http.client
import os
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from urllib.parse import urljoin, urlsplit

MAX_BODY = 2 * 1024 * 1024
MAX_REDIRECTS = 4
SECONDS = 10.0
AGENT = "selfhost-audit"


class NoResponseError(Exception):
    """Why there is no answer, in a few words."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer. ``headers`` in lower case, repeated ones joined by a line break; ``left``
    is where a redirect to another host would have led."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    left: str = ""

    @property
    def is_script(self) -> bool:
        """Whether a script that was asked for is there, and no page in its place."""
        return self.status == 200 and "html" not in self.headers.get("content-type", "")


@dataclass(frozen=True, slots=True)
class Place:
    """Where to connect. ``verify``: whether the certificate has to be good; ``deadline`` is on the
    monotonic clock; ``address``: one of the host's addresses, by default whichever answers;
    ``limit``: the most bytes to take."""

    host: str
    verify: bool
    deadline: float
    address: str = ""
    limit: int = MAX_BODY


def context(*, verify: bool) -> ssl.SSLContext:
    """As a browser's: the system's authorities, TLS 1.2 or later."""
    return _context(verify, os.environ.get("SSL_CERT_FILE", ""))


@cache
def _context(verify: bool, _authorities: str) -> ssl.SSLContext:
    """Reading the authorities takes longer than a request."""
    made = ssl.create_default_context()
    if not verify:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made


def get(url: str, place: Place) -> Answer:
    """GET, redirects of the same host followed. Raises ``NoResponseError``."""
    for _ in range(MAX_REDIRECTS + 1):
        answer = request("GET", url, place)
        target = answer.headers.get("location", "")
        if answer.status not in (301, 302, 303, 307, 308) or not target:
            return answer
        try:
            following = urljoin(url, target)
            parts = urlsplit(following)
            host = parts.hostname or ""
        except ValueError:
            return answer
        if parts.scheme not in ("http", "https") or host.lower() != place.host.lower():
            return Answer(answer.url, answer.status, answer.headers, answer.body, following[:500])
        url = following
    raise NoResponseError(f"more than {MAX_REDIRECTS} redirects")


def request(method: str, url: str, place: Place, body: bytes | None = None) -> Answer:
    """One request on a connection of its own. Raises ``NoResponseError``."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"User-Agent": AGENT, "Accept-Encoding": "identity", "Accept": "*/*"}
    if body is not None:
        headers["Content-Type"] = "text/xml; charset=utf-8"
    with told(), _connection(parts.scheme, place, parts.port) as connection:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        raw = response.read(place.limit + 1)
        if len(raw) > place.limit:
            raise NoResponseError(f"more than {place.limit} bytes")
        found: dict[str, str] = {}
        for name, value in response.getheaders():
            key = name.lower()
            found[key] = f"{found[key]}\n{value}" if key in found else value
        encoding = found.get("content-encoding", "")
        return Answer(url, response.status, found, _plain(raw, encoding, place.limit))


def _plain(raw: bytes, encoding: str, limit: int) -> bytes:
    """Some servers compress although they were asked not to."""
    if encoding.strip().lower() not in ("gzip", "deflate"):
        return raw
    unpacker = zlib.decompressobj(wbits=47 if encoding.strip().lower() == "gzip" else 15)
    try:
        plain = unpacker.decompress(raw, limit + 1)
    except zlib.error:
        raise NoResponseError("a compressed answer that is damaged") from None
    if len(plain) > limit:
        raise NoResponseError(f"more than {limit} bytes when unpacked")
    return plain


class _Secure(http.client.HTTPSConnection):
    """To one address of a host, whose name the certificate has to bear all the same."""

    def __init__(self, place: Place, port: int, left: float) -> None:
        super().__init__(place.host, port, timeout=left)
        self._to, self._left = place, left

    def connect(self) -> None:
        """Open the socket; whoever called ends it in time."""
        self.sock = secure = _secure_socket(self._to, self.port, self._left)
        secure.do_handshake()


def _secure_socket(place: Place, port: int, left: float) -> ssl.SSLSocket:
    """Before the handshake, which has to be ended in time as all that follows."""
    raw = _socket(place, port, left)
    return context(verify=place.verify).wrap_socket(
        raw, server_hostname=place.host, do_handshake_on_connect=False
    )


def _socket(place: Place, port: int, left: float) -> socket.socket:
    return socket.create_connection((place.address or place.host, port), left)


@contextmanager
def _connection(
    scheme: str, place: Place, port: int | None
) -> Iterator[http.client.HTTPConnection]:
    left = time_left(place)
    connection: http.client.HTTPConnection
    if scheme == "https":
        connection = _Secure(place, port or 443, left)
    else:
        connection = http.client.HTTPConnection(place.host, port or 80, timeout=left)
    with ended(left, lambda: connection.sock):
        try:
            yield connection
        finally:
            connection.close()


def time_left(place: Place, seconds: float = SECONDS) -> float:
    """Seconds for the next connection. Raises ``NoResponseError`` when there are none."""
    left = min(seconds, place.deadline - time.monotonic())
    if left <= 0:
        raise NoResponseError("there was no time left")
    return left


@contextmanager
def ended(left: float, opened: Callable[[], socket.socket | None]) -> Iterator[None]:
    """End the socket when the time is over, whatever still comes in through it: a timeout of the
    socket itself begins anew with each byte. Raises ``NoResponseError`` then."""
    late = threading.Event()

    def end() -> None:
        late.set()
        if (sock := opened()) is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(left, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException):
        if late.is_set():
            raise NoResponseError("no answer in time") from None
        raise
    finally:
        timer.cancel()
    if late.is_set():
        raise NoResponseError("no answer in time")


@contextmanager
def told() -> Iterator[None]:
    """What went wrong with a connection, as a ``NoResponseError`` in plain words."""
    try:
        yield
    except NoResponseError:
        raise
    except ssl.SSLCertVerificationError as error:
        raise NoResponseError(f"the certificate is not good: {error.verify_message}") from None
    except ssl.SSLError as error:
        raise NoResponseError(f"TLS failed: {error.reason or 'unknown'}") from None
    except socket.gaierror:
        raise NoResponseError("there is no such host") from None
    except TimeoutError:
        raise NoResponseError("no answer in time") from None
    except ConnectionRefusedError:
        raise NoResponseError("the connection is refused") from None
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise NoResponseError(f"the connection broke ({reason})") from None
    except (http.client.HTTPException, ValueError) as error:
        raise NoResponseError(f"no HTTP answer ({type(error).__name__})") from None


@dataclass(frozen=True, slots=True)
class Certificate:
    """What TLS showed: PEM of the server's certificate, whether it is trusted, else why not."""

    pem: str
    version: str
    trusted: bool
    why: str = ""


def certificate(place: Place, port: int) -> Certificate:
    """The certificate that is served, good or not. Raises ``NoResponseError``."""
    why = ""
    for verify in (True, False):
        try:
            with secured(Place(place.host, verify, place.deadline, place.address), port) as secure:
                shown = secure.getpeercert(binary_form=True) or b""
                pem = ssl.DER_cert_to_PEM_cert(shown) if shown else ""
                return Certificate(pem, secure.version() or "", verify, why)
        except NoResponseError as error:
            if not verify or not str(error).startswith("the certificate"):
                raise
            why = str(error).removeprefix("the certificate is not good: ")
    raise NoResponseError("no certificate")


@contextmanager
def secured(place: Place, port: int, seconds: float = SECONDS) -> Iterator[ssl.SSLSocket]:
    """A TLS connection, ended in time. Raises ``NoResponseError``."""
    left = time_left(place, seconds)
    with (
        told(),
        _secure_socket(place, port, left) as secure,
        ended(left, lambda: secure),
    ):
        secure.do_handshake()
        yield secure
