"""The certificates of the files and of the ports."""

import re
import socket
import ssl
from typing import Optional

from selfhost.health.probe.asking import Facts, read, run


def certificates(order: Facts) -> Facts:
    """Of each certificate, as a file and as served: until when, for which names, which one."""
    domain, relay = order["domain"], order["turn_domain"]
    settings = read("/etc/turnserver.conf") or ""
    turn_file = re.findall(r"^cert\s*=\s*(\S+)", settings, re.M)
    pems = {
        "web": read("/etc/jitsi/meet/%s.crt" % domain),
        "web served": served(443, domain),
        "turn": read(turn_file[-1]) if turn_file else None,
        "turn served": served(5349, relay),
        "xmpp": read("/var/lib/prosody/auth.%s.crt" % domain),
    }
    leaves = {name: leaf(pem) for name, pem in pems.items() if pem}
    known = {pem: described(pem) for pem in set(leaves.values())}
    return {name: known[pem] for name, pem in leaves.items()}


def leaf(pem: str) -> str:
    """The first certificate of a chain, written in one way."""
    body = pem.partition("-----BEGIN CERTIFICATE-----")[2].partition("-----END")[0]
    return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n" % "\n".join(
        re.findall(".{1,64}", "".join(body.split()))
    )


def served(port: int, name: str) -> Optional[str]:
    """The certificate that a port of this machine shows."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        plain = socket.create_connection(("127.0.0.1", port), 4)
        with context.wrap_socket(plain, server_hostname=name) as secure:
            shown = secure.getpeercert(True)
    except (OSError, ValueError):
        return None
    return ssl.DER_cert_to_PEM_cert(shown) if shown else None


def described(pem: str) -> Optional[Facts]:
    """A certificate in words, by openssl."""
    text = run(
        *("openssl", "x509", "-noout", "-startdate", "-enddate", "-subject", "-issuer"),
        *("-fingerprint", "-sha256", "-ext", "subjectAltName"),
        stdin=pem.encode(),
    )
    if text is None:
        return None
    lines = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    prints = [v for k, v in lines.items() if "ingerprint" in k]
    try:
        start = ssl.cert_time_to_seconds(lines["notBefore"])
        end = ssl.cert_time_to_seconds(lines["notAfter"])
    except (KeyError, ValueError):
        return None
    names = re.findall(r"(?:DNS|IP Address):([^,\s]+)", text)
    return {
        "start": start,
        "end": end,
        "names": names[:50],
        "fingerprint": prints[0] if prints else "",
        "self_signed": lines.get("subject", "").strip() == lines.get("issuer", " ").strip(),
    }
