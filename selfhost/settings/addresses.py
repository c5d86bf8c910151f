"""What is a domain or an address that a server can have. Pure."""

import ipaddress
import re

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_DOCUMENTATION = [
    ipaddress.ip_network(net)
    for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")
]


def domain_problem(domain: str) -> tuple[str, str] | None:
    """Why a text is not a domain for a server (message, hint); None when it is one."""
    hint = "use a name that people will open in their browsers, such as meet.example.org"
    if domain != domain.lower():
        return "must be in lower case", f"write {domain.lower()}"
    if not domain.isascii():
        return (
            "must be ASCII",
            f"write it as {domain.encode('idna').decode()}" if _idna(domain) else hint,
        )
    if "/" in domain or ":" in domain:
        return "must be a domain alone, without https:// or a port", hint
    try:
        ipaddress.ip_address(domain)
    except ValueError:
        pass
    else:
        return "must be a domain, not an address", hint
    labels = domain.split(".")
    if domain == "localhost" or labels[-1] in ("localhost", "local", "localdomain"):
        return "must not be a local name: Jitsi's packages break on localhost", hint
    if len(labels) < 2:
        return "must be a full domain with a dot in it", hint
    if len(domain) > 200 or not all(_LABEL.fullmatch(label) for label in labels):
        return "is not a valid domain name", hint
    if labels[-1].isdigit():
        return "is not a valid domain name: its last part is a number", hint
    return None


def address_problem(text: str, version: int) -> tuple[str, str] | None:
    """Why a text is not an address that a server can have; None when it is one.

    Addresses reserved for documentation and tests pass; private ones too (see the rule).
    """
    example = "203.0.113.10" if version == 4 else "2001:db8::10"
    hint = f"write one such as {example}"
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return f"is not an IPv{version} address", hint
    if address.version != version:
        return f"is an IPv{address.version} address; IPv{version} is needed here", hint
    if address.is_loopback or address.is_link_local or address.is_multicast:
        return "can only be used on the server itself or its link", hint
    if address.is_unspecified or (address.is_reserved and not documentation(text)):
        return "is not an address a server can have", hint
    return None


def is_private(text: str) -> bool:
    """Whether an address cannot be reached from the Internet (RFC 1918, 6598, 4193)."""
    address = ipaddress.ip_address(text)
    return not address.is_global and not documentation(text)


def documentation(text: str) -> bool:
    """Whether an address is one of those kept for documentation and examples."""
    address = ipaddress.ip_address(text)
    return any(address in net for net in _DOCUMENTATION if net.version == address.version)


def _idna(domain: str) -> bool:
    try:
        domain.encode("idna")
    except UnicodeError:
        return False
    return True
