"""The machine's own addresses, and whether a name belongs to it, without asking anybody."""

import ipaddress
import re
from pathlib import Path

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_LOCAL = re.compile(r"\|-- (\d+\.\d+\.\d+\.\d+)\n\s+/32 host LOCAL")


def local_addresses(net: Path = Path("/proc/net")) -> set[Address]:
    """Every address of an interface, loopback included."""
    found: set[Address] = set()
    try:
        trie = (net / "fib_trie").read_text(encoding="ascii")
        found |= {ipaddress.IPv4Address(match) for match in _LOCAL.findall(trie)}
    except OSError:
        pass
    try:
        for line in (net / "if_inet6").read_text(encoding="ascii").splitlines():
            found.add(ipaddress.IPv6Address(bytes.fromhex(line.split()[0])))
    except OSError:
        pass
    return found


#: What Java calls site-local, shared addresses of carriers, and IPv6's unique local ones. Python's
#: own word "private" takes in addresses for documentation too, which tests give to servers.
_INNER = [
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
]


def is_public(address: Address) -> bool:
    """Whether people on the internet could reach it: not private, link-local or loopback."""
    inner = any(address in network for network in _INNER if network.version == address.version)
    return not (inner or address.is_link_local or address.is_loopback or address.is_unspecified)


def own_address(host: str, hosts: Path = Path("/etc/hosts")) -> str | None:
    """The address of ``host`` if it is this machine or on its private network, else nothing.

    Only ``/etc/hosts`` is looked at, because a name server is somebody else.
    """
    try:
        literal = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        pass
    else:
        mine = literal.is_private or literal.is_loopback or literal in local_addresses()
        return str(literal) if mine and not literal.is_link_local else None
    try:
        lines = hosts.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    for line in lines:
        address, *names = line.partition("#")[0].split() or [""]
        if host.lower() in (name.lower() for name in names):
            return address
    return None
