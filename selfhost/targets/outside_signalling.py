"""The ways to the XMPP server that participants take, and what the server says of itself there."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urljoin, urlsplit

from selfhost.evidence.model import Document, State
from selfhost.readers.javascript import read_client_config
from selfhost.readers.tree import Source, Tree
from selfhost.targets.outside_bosh import Bosh
from selfhost.targets.outside_http import NoResponseError, Place
from selfhost.targets.outside_websocket import WebSocket
from selfhost.targets.outside_xmpp import Stream, ask

#: Where Jitsi's own web server has them.
BOSH = "http-bind"
WEBSOCKET = "xmpp-websocket"


def signalling(
    configs: Iterable[Document], base: str, place: Place
) -> tuple[list[dict[str, Any]], str]:
    """What is answered through each way that config.js names, and why nothing is.

    Where neither way that is named answers, the usual place of a WebSocket is tried.
    """
    sources = [Source(d.path, d.text) for d in configs if d.state is State.PRESENT]
    tree = read_client_config(sources[-1:])
    domain = _said(tree, "hosts.domain") or place.host
    login = _said(tree, "hosts.anonymousdomain") or domain
    ways, elsewhere = _named(tree, base, login, place)
    found, reasons = _asked(ways, domain, login)
    if not found and not elsewhere and not any(isinstance(way, WebSocket) for way in ways):
        usual = _websocket(urljoin(base, f"/{WEBSOCKET}"), login, place)
        found, _ = _asked([usual], domain, login)
    return found, "" if found else "; ".join([*elsewhere, *reasons])


def _asked(
    ways: Iterable[Stream], domain: str, login: str
) -> tuple[list[dict[str, Any]], list[str]]:
    found: list[dict[str, Any]] = []
    reasons: list[str] = []
    for way in ways:
        try:
            found += list(ask(way, domain, login))
        except NoResponseError as error:
            reasons.append(str(error))
    return found, reasons


def _named(tree: Tree, base: str, login: str, place: Place) -> tuple[list[Stream], list[str]]:
    """The client takes the WebSocket where one is named, else BOSH."""
    ways: list[Stream] = []
    elsewhere: list[str] = []
    named: list[tuple[str, Callable[[str, str, Place], Stream], str]] = [
        ("WebSocket", _websocket, _said(tree, "websocket")),
        ("BOSH", Bosh, _said(tree, "bosh") or f"/{BOSH}"),
    ]
    for kind, way, address in named:
        if not address:
            continue
        try:
            ways.append(way(_here(base, address, place), login, place))
        except NoResponseError as error:
            elsewhere.append(f"config.js names a {kind} address {error}")
    return ways, elsewhere


def _websocket(url: str, login: str, place: Place) -> WebSocket:
    """As ``wss``: what is looked at is never asked without TLS."""
    scheme, colon, rest = url.partition("://")
    secure = f"wss{colon}{rest}" if scheme in ("http", "https", "ws", "wss") else url
    return WebSocket(secure, login, place)


def _here(base: str, address: str, place: Place) -> str:
    """An address as seen from ``base``. Raises ``NoResponseError`` where it is another host's."""
    try:
        url = urljoin(base, address)
        host = urlsplit(url).hostname or ""
    except ValueError:
        raise NoResponseError("that is none") from None
    if host.lower() != place.host.lower():
        raise NoResponseError("on another host")
    return url


def _said(tree: Tree, key: str) -> str:
    node = tree.get(key)
    return node.value if node is not None and isinstance(node.value, str) else ""
