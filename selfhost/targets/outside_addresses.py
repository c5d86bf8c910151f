"""Every address of a host asked alone: what participants with IPv6 get, and those without.

The system's resolver says which addresses there are, as it does for a browser.
"""

import hashlib
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from selfhost.targets.outside_http import NoResponseError, Place, certificate, request

#: More than that are a content network's.
MAX_ADDRESSES = 6
_SECONDS = 6.0
_POLICY = "content-security-policy"


def addresses(base: str, place: Place) -> Iterator[dict[str, Any]]:
    """One entry for each address: its certificate, and the settings and rules that it serves.

    ``changes``: it serves different settings each time, so they cannot be compared.
    """
    port = urlsplit(base).port or 443
    for family, address in _resolved(place.host, port):
        until = min(place.deadline, time.monotonic() + _SECONDS)
        entry: dict[str, Any] = {"address": address, "family": family, "why": ""}
        try:
            entry |= _looked(base, port, Place(place.host, False, until, address))
        except NoResponseError as error:
            entry["why"] = str(error)
        yield entry


def _looked(base: str, port: int, place: Place) -> dict[str, Any]:
    shown = certificate(place, port)
    page = request("GET", base, place)
    first, second = (_settings(base, place) for _ in range(2))
    return {
        "trusted": shown.trusted,
        "certificate": hashlib.sha256(shown.pem.encode()).hexdigest(),
        "policy": page.headers.get(_POLICY, "")[:4000],
        "settings": first,
        "changes": first != second,
    }


def _settings(base: str, place: Place) -> str:
    """The SHA-256 of config.js; empty where none is served."""
    answer = request("GET", urljoin(base, "config.js"), place)
    return hashlib.sha256(answer.body).hexdigest() if answer.is_script else ""


def _resolved(host: str, port: int) -> list[tuple[str, str]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return []
    families = {socket.AF_INET: "IPv4", socket.AF_INET6: "IPv6"}
    named = [(families[f], str(to[0])) for f, _, _, _, to in found if f in families]
    return list(dict.fromkeys(named))[:MAX_ADDRESSES]
