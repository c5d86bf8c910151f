"""Whether a host is this machine itself."""

import ipaddress


def is_loopback(host: str) -> bool:
    """An address or a name; without brackets. No name is looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
