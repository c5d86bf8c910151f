"""Checks of what surrounds the machine: ports, other servers, addresses, DNS. Pure."""

import ipaddress
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from selfhost.provision.checks import Check, DnsAnswer, Status, ok, unknown
from selfhost.provision.facts import Listener, ServerFacts

# The ports of a server that plays all parts, and the units that may hold them.
PORTS = {
    ("tcp", 80): "nginx",
    ("tcp", 443): "nginx",
    ("tcp", 5222): "prosody",
    ("tcp", 5280): "prosody",
    ("tcp", 8080): "jitsi-videobridge2",
    ("tcp", 8888): "jicofo",
    ("udp", 3478): "coturn",
    ("tcp", 3478): "coturn",
    ("tcp", 5349): "coturn",
}
_PROGRAMS = {  # how their processes are called, where no unit is known
    "nginx": ("nginx",),
    "prosody": ("prosody", "lua5.4", "lua5.2", "lua"),
    "jitsi-videobridge2": ("java",),
    "jicofo": ("java",),
    "coturn": ("turnserver",),
}
_USERS = {  # whose sockets they are, where no process can be seen
    "nginx": "www-data",
    "prosody": "prosody",
    "jitsi-videobridge2": "jvb",
    "jicofo": "jicofo",
    "coturn": "turnserver",
}
_OWN = ("nginx", "prosody", "jicofo")
_RECORDERS = ("jibri", "jigasi")
_RESERVED_NAMES = (".test", ".example", ".invalid", ".localhost")
_RESERVED_DOMAINS = ("example.com", "example.net", "example.org")


def ports(facts: ServerFacts, settings: Mapping[str, Any]) -> Iterator[Check]:
    """Does another program hold a port that the server needs?"""
    name = "ports"
    media = settings.get("videobridge_udp_port", 10000)
    needed = {**PORTS, ("udp", media): "jitsi-videobridge2"}
    if facts.listeners is None:
        yield unknown(
            name,
            "it is not known which ports are taken: ss is missing or not permitted",
            "apt-get install iproute2, and see 'privilege'",
        )
        return
    foreign = _foreign(facts.listeners, needed)
    for who, held in foreign.items():
        yield Check(
            name,
            Status.FAILED,
            f"{who} holds {', '.join(held)}, which the server needs",
            f"stop and remove {who}, or use a server of its own"
            if who != "another program"
            else "find it with: ss -tulnp (as root)",
        )
    if not foreign:
        yield ok(name, "all that are needed are free or held by Jitsi Meet's own services")


def foreign_holders(
    listeners: Iterable[Listener], media: int, units: Collection[str]
) -> dict[str, list[str]]:
    """Programs that hold ports of these units, with the ports, as in ``443/tcp``."""
    needed = {**PORTS, ("udp", media): "jitsi-videobridge2"}
    return _foreign(listeners, {port: unit for port, unit in needed.items() if unit in units})


def _foreign(
    listeners: Iterable[Listener], needed: Mapping[tuple[str, int], str]
) -> dict[str, list[str]]:
    foreign: dict[str, list[str]] = {}
    for listener in listeners:
        owner = needed.get((listener.protocol, listener.port))
        if owner is None or _belongs(listener, owner):
            continue
        who = listener.unit.removesuffix(".service") or listener.program or listener.user
        who = who or "another program"
        port = f"{listener.port}/{listener.protocol}"
        if port not in foreign.setdefault(who, []):
            foreign[who].append(port)
    return foreign


def _belongs(listener: Listener, owner: str) -> bool:
    if listener.unit:
        return listener.unit.removesuffix(".service") == owner
    if listener.program:
        return listener.program in _PROGRAMS[owner]
    return listener.user == _USERS[owner]


def conflicts(facts: ServerFacts) -> Check:
    """Is another server, or a recorder, installed?"""
    name = "conflicts"
    recorders = [package for package in facts.packages if package in _RECORDERS]
    if recorders:
        return Check(
            name,
            Status.WARNING,
            f"{' and '.join(recorders)} can record or transcribe, which this server shall not",
            f"apt-get purge {' '.join(recorders)}",
        )
    others = [package for package in facts.packages if package not in _OWN]
    if others:
        return Check(
            name,
            Status.WARNING,
            f"another web or XMPP server is installed: {', '.join(others)}",
            f"apt-get purge {' '.join(others)}, if nothing else needs it",
        )
    if facts.packages and "jicofo" not in facts.packages:
        return Check(
            name,
            Status.WARNING,
            f"{' and '.join(facts.packages)} is installed already and may serve something else",
            "use a server of its own, or know that apply will configure it anew",
        )
    return ok(name, "no other web or XMPP server is installed")


def address(facts: ServerFacts, settings: Mapping[str, Any]) -> Check:
    """Are the addresses of the settings those of the server?"""
    name = "address"
    public = str(settings.get("site_public_address") or "")
    private = str(settings.get("site_private_address") or "")
    if facts.addresses is None:
        return unknown(name, "the server's own addresses are not known", "apt-get install iproute2")
    v6 = str(settings.get("site_public_address_v6") or "")
    if v6 and v6 not in facts.addresses:
        own = [a for a in facts.addresses if ipaddress.ip_address(a).version == 6]
        return Check(
            name,
            Status.FAILED,
            f"site_public_address_v6 {v6} is on no interface of the server",
            f"set it to one of: {', '.join(own)}" if own else "leave it empty: there is no IPv6",
        )
    also = f", {v6} too" if v6 else ""
    if private:
        if private in facts.addresses:
            return ok(name, f"{private} is on the server; participants reach it as {public}{also}")
        return Check(
            name,
            Status.FAILED,
            f"site_private_address {private} is on no interface of the server",
            f"set it to one of: {', '.join(facts.addresses)}",
        )
    if public in facts.addresses:
        return ok(name, f"{public} is on the server{also}")
    first = next((a for a in facts.addresses if ipaddress.ip_address(a).version == 4), "")
    return Check(
        name,
        Status.FAILED,
        f"site_public_address {public} is on no interface of the server: it is behind NAT, "
        "or the address is wrong",
        f"behind NAT, set site_private_address: {first}" if first else "check the address",
    )


def names(settings: Mapping[str, Any], groups: Collection[str]) -> dict[str, str]:
    """The names that have to lead to a host, by the check that says whether they do."""
    site = str(settings.get("site_domain") or "")
    turn = str(settings.get("turn_domain") or "")
    found: dict[str, str] = {}
    if "jitsi_web" in groups:
        found["dns"] = site
    if "jitsi_turn" in groups and turn not in ("", site):
        found["turn-dns"] = turn
    return found


def dns(settings: Mapping[str, Any], name: str, domain: str, dns: DnsAnswer) -> Iterator[Check]:
    """Does a domain lead to the server?"""
    public = str(settings.get("site_public_address") or "")
    public_v6 = str(settings.get("site_public_address_v6") or "")
    reserved = domain.endswith((*_RESERVED_NAMES, *(f".{d}" for d in _RESERVED_DOMAINS)))
    serious = Status.WARNING if reserved else Status.FAILED
    if dns.failure:
        yield unknown(name, f"{domain} could not be looked up: {dns.failure}", "try again")
        return
    by_version = {
        version: [a for a in dns.addresses if ipaddress.ip_address(a).version == version]
        for version in (4, 6)
    }
    if not dns.addresses:
        note = " (the name is reserved for tests)" if reserved else ""
        yield Check(
            name,
            serious,
            f"{domain} has no address in DNS{note}",
            f"add an A record for {domain}: {public}",
        )
        return
    wrong = [a for a in by_version[4] if a != public]
    if wrong or not by_version[4]:
        seen = ", ".join(wrong) or "no IPv4 address"
        yield Check(
            name,
            serious,
            f"{domain} leads to {seen}, not to {public}",
            f"make its only A record {public}, or mend site_public_address",
        )
    stray = [a for a in by_version[6] if a != public_v6]
    if stray:
        yield Check(
            name,
            Status.WARNING,
            f"{domain} also leads to {', '.join(stray)}, which the settings do not know",
            "set site_public_address_v6, or remove the AAAA record",
        )
    elif not wrong and by_version[4]:
        yield ok(name, f"{domain} leads to {', '.join(dns.addresses)}")
