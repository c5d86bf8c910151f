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
from collections.abc import Iterator, Mapping
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


@dataclass(frozen=True, slots=True)
class Place:
    """Where to connect: by default to the host of the URL. ``verify``: whether the certificate
    has to be good; ``deadline`` is on the monotonic clock."""

    host: str
    verify: bool
    deadline: float


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
        following = urljoin(url, target)
        try:
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
    with _told(), _connection(parts.scheme, place, parts.port) as connection:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        raw = response.read(MAX_BODY + 1)
        if len(raw) > MAX_BODY:
            raise NoResponseError(f"more than {MAX_BODY} bytes")
        found: dict[str, str] = {}
        for name, value in response.getheaders():
            key = name.lower()
            found[key] = f"{found[key]}\n{value}" if key in found else value
        return Answer(url, response.status, found, _plain(raw, found.get("content-encoding", "")))


def _plain(raw: bytes, encoding: str) -> bytes:
    """Some servers compress although they were asked not to."""
    if encoding.strip().lower() not in ("gzip", "deflate"):
        return raw
    unpacker = zlib.decompressobj(wbits=47 if encoding.strip().lower() == "gzip" else 15)
    try:
        plain = unpacker.decompress(raw, MAX_BODY + 1)
    except zlib.error:
        raise NoResponseError("a compressed answer that is damaged") from None
    if len(plain) > MAX_BODY:
        raise NoResponseError(f"more than {MAX_BODY} bytes when unpacked")
    return plain


@contextmanager
def _connection(
    scheme: str, place: Place, port: int | None
) -> Iterator[http.client.HTTPConnection]:
    left = min(SECONDS, place.deadline - time.monotonic())
    if left <= 0:
        raise NoResponseError("there was no time left")
    connection: http.client.HTTPConnection
    if scheme == "https":
        connection = http.client.HTTPSConnection(
            place.host, port or 443, timeout=left, context=context(verify=place.verify)
        )
    else:
        connection = http.client.HTTPConnection(place.host, port or 80, timeout=left)
    late = threading.Event()

    def end() -> None:
        late.set()
        if connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    # A timeout of the socket begins anew with each byte; this one does not.
    timer = threading.Timer(left, end)
    timer.daemon = True
    timer.start()
    try:
        yield connection
    except (OSError, http.client.HTTPException):
        if late.is_set():
            raise NoResponseError("no answer in time") from None
        raise
    finally:
        timer.cancel()
        connection.close()
    if late.is_set():
        raise NoResponseError("no answer in time")


@contextmanager
def _told() -> Iterator[None]:
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


def certificate(host: str, port: int, deadline: float) -> Certificate:
    """The certificate that is served, good or not. Raises ``NoResponseError``."""
    why = ""
    for verify in (True, False):
        left = min(SECONDS, deadline - time.monotonic())
        if left <= 0:
            raise NoResponseError("there was no time left")
        try:
            with (
                _told(),
                socket.create_connection((host, port), left) as raw,
                context(verify=verify).wrap_socket(raw, server_hostname=host) as secure,
            ):
                shown = secure.getpeercert(binary_form=True) or b""
                pem = ssl.DER_cert_to_PEM_cert(shown) if shown else ""
                return Certificate(pem, secure.version() or "", verify, why)
        except NoResponseError as error:
            if not verify or not str(error).startswith("the certificate"):
                raise
            why = str(error).removeprefix("the certificate is not good: ")
    raise NoResponseError("no certificate")
