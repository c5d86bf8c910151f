"""Third-party hosts of ``endpoints.yml``, and what a host name says about whose it is."""

import ipaddress
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from selfhost.catalog.ai_vendors import vendor_of_host
from selfhost.catalog.components import load


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Third-party hosts of one kind. ``hosts`` are patterns as in ``endpoints.yml``."""

    kind: str
    hosts: tuple[str, ...]
    source: str
    read: str


@cache
def endpoints() -> tuple[Endpoint, ...]:
    """Every entry, in the order of the catalogue."""
    data = load("endpoints.yml")
    assert isinstance(data, dict)  # noqa: S101 - our own file, covered by a test
    return tuple(
        Endpoint(entry["kind"], tuple(entry["hosts"]), entry["source"], str(entry["read"]))
        for entry in data["endpoints"]
    )


@cache
def shared_suffixes() -> frozenset[str]:
    """Domains under which the neighbours are strangers."""
    data = load("endpoints.yml")
    assert isinstance(data, dict)  # noqa: S101 - our own file, covered by a test
    return frozenset(data["shared_suffixes"])


def kind_of_host(host: str) -> str:
    """``tracker``, ``stun``, ``ai``, …; empty where the catalogues do not know the host. A whole
    name counts before a pattern."""
    lower = host.lower().rstrip(".")
    for endpoint in endpoints():
        if lower in endpoint.hosts:
            return endpoint.kind
    for endpoint in endpoints():
        if any(fnmatchcase(lower, pattern) for pattern in endpoint.hosts):
            return endpoint.kind
    vendor = vendor_of_host(lower)
    return "ai" if vendor is not None else ""


def private_name(host: str) -> bool:
    """Whether a host can only be inside: loopback, private address, no public domain."""
    lower = host.lower().rstrip(".").strip("[]")
    try:
        address = ipaddress.ip_address(lower)
    except ValueError:
        ends = lower.rsplit(".", 1)[-1]
        inner = {"localhost", "local", "internal", "lan", "home", "localdomain", "jitsi"}
        return "." not in lower or ends in inner or lower.endswith(".home.arpa")
    return address.is_private or address.is_loopback or address.is_link_local


def same_owner(host: str, own: str) -> bool:
    """Whether a name belongs to whom ``own`` belongs to: the same, below it, or beside it.

    ``turn.example.org`` is beside ``meet.example.org``. Beside does not count where the common
    domain is open to anybody (``duckdns.org``, ``co.uk``).
    """
    host, own = host.lower().rstrip("."), own.lower().rstrip(".")
    if host == own or host.endswith("." + own):
        return True
    parent = own.partition(".")[2]
    if "." not in parent or _open_to_anybody(parent):
        return False
    return host == parent or host.endswith("." + parent)


_COUNTRY_SUFFIX = re.compile(
    r"(?:com?|org|net|edu|ac|gov|gob|or|ne|go|gv|sch|me|ltd|plc)\.[a-z]{2}"
)


def _open_to_anybody(domain: str) -> bool:
    if _COUNTRY_SUFFIX.fullmatch(domain):
        return True
    return any(domain == s or domain.endswith("." + s) for s in shared_suffixes())
