"""Logins, and what the services say of themselves."""

import glob
import hashlib
import hmac
import http.client
import json
import os
import re
import socket
import ssl
from typing import Optional, Tuple

from selfhost.health.probe.asking import Facts, modified, read, unpacked

_PASSWORD = re.compile(
    r"^[\s\"']*(?:\S*\.)?password[\"']?\s*[=:]\s*[\"']?([A-Za-z0-9]+)", re.I | re.M
)


def ask(port: int, path: str, host: str = "127.0.0.1") -> Tuple[Optional[int], str]:
    """Status and body of a page on loopback; None when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", path, headers={"Host": host})
        answer = connection.getresponse()
        return answer.status, answer.read(512 * 1024).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return None, ""
    finally:
        connection.close()


def focus(order: Facts) -> Facts:
    """How many bridges jicofo sees, and how many work."""
    status, body = ask(8888, "/stats")
    found: Facts = {"answers": status is not None, "account": account("focus", order)}
    try:
        selector = json.loads(body)["bridge_selector"]
        found["bridges"] = int(selector["bridge_count"])
        found["operational"] = int(selector["operational_bridge_count"])
    except (ValueError, KeyError, TypeError):
        pass
    text = read("/etc/jitsi/jicofo/jicofo.conf") or ""
    found["domain"] = _value(text, r"xmpp-domain")
    return found


def bridge(order: Facts) -> Facts:
    """The bridge's verdict about itself, and the addresses that it tells participants."""
    status, body = ask(8080, "/about/health")
    text = re.sub(r"(?m)^[ \t]*(?:#|//).*$", "", read("/etc/jitsi/videobridge/jvb.conf") or "")
    legacy = read("/etc/jitsi/videobridge/sip-communicator.properties") or ""
    domain = _value(text, r"DOMAIN")
    return {
        "answers": status is not None,
        "healthy": None if status is None else status == 200,
        "complaint": body.strip()[:200] if status not in (None, 200) else "",
        "account": account("jvb", order),
        "mappings": list(
            zip(
                re.findall(r"local-address\"?\s*[=:]\s*\"?([0-9A-Fa-f.:]+)", text),
                re.findall(r"public-address\"?\s*[=:]\s*\"?([0-9A-Fa-f.:]+)", text),
            )
        ),
        "domain": domain[len("auth.") :] if domain and domain.startswith("auth.") else domain,
        "legacy": bool(re.search(r"^[ \t]*org\.(?:ice4j|jitsi)\.", legacy, re.M)),
    }


def _value(text: str, key: str) -> Optional[str]:
    found = re.findall(r"(?:^|[\s.{\"])" + key + r"\"?\s*[=:]\s*\"?([A-Za-z0-9.-]+)", text)
    return found[-1] if found else None


def account(user: str, order: Facts) -> Optional[str]:
    """Whether the password in the program's file is that of its account: right, wrong, missing."""
    folder = re.sub(
        r"[^A-Za-z0-9]", lambda match: "%%%02x" % ord(match[0]), "auth." + order["domain"]
    )
    if not os.path.isdir("/var/lib/prosody/" + folder):
        return None
    stored = read("/var/lib/prosody/%s/accounts/%s.dat" % (folder, user))
    if stored is None:
        return "missing"
    path = "/etc/jitsi/jicofo/jicofo.conf" if user == "focus" else "/etc/jitsi/videobridge/jvb.conf"
    mine = _PASSWORD.findall(re.sub(r"(?m)^[ \t]*(?:#|//).*$", "", read(path) or ""))
    fields = dict(re.findall(r'\["(\w+)"\]\s*=\s*"?([^";\n]+)', stored))
    if not mine or not {"salt", "iteration_count", "stored_key"} <= set(fields):
        return None
    rounds = int(fields["iteration_count"])
    if not 0 < rounds <= 1_000_000:
        return None
    salted = hashlib.pbkdf2_hmac("sha1", mine[-1].encode(), fields["salt"].encode(), rounds)
    key = hashlib.sha1(hmac.new(salted, b"Client Key", "sha1").digest()).hexdigest()  # noqa: S324
    return "right" if hmac.compare_digest(key, fields["stored_key"].lower()) else "wrong"


def xmpp(order: Facts) -> Facts:
    """Whether browsers could sign in, and whether the parts can trust the server."""
    domain = order["domain"]
    status, _ = ask(5280, "/http-bind", domain)
    certificate = read("/var/lib/prosody/auth.%s.crt" % domain)
    body = "".join((certificate or "").split("-----")[2:3]).split()
    bundle = "".join((read("/etc/ssl/certs/ca-certificates.crt") or "").split())
    plugins = [unpacked(p) for p in glob.glob("/usr/share/jitsi-meet/prosody-plugins/*.lua")]
    return {
        "answers": status is not None,
        "status": status,
        "trusted": "".join(body) in bundle if body else None,
        "java_trust_written": modified("/etc/ssl/certs/java/cacerts"),
        "plugins_written": max((p for p in plugins if p is not None), default=None),
    }


def web(order: Facts) -> Facts:
    """Whether the site serves its settings over TLS."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        plain = socket.create_connection(("127.0.0.1", 443), 4)
        with context.wrap_socket(plain, server_hostname=order["domain"]) as secure:
            secure.settimeout(4)
            secure.sendall(
                ("GET /config.js HTTP/1.0\r\nHost: %s\r\n\r\n" % order["domain"]).encode("ascii")
            )
            answer = b""
            while len(answer) < 1024 * 1024:
                piece = secure.recv(65536)
                if not piece:
                    break
                answer += piece
    except (OSError, ValueError):
        return {"status": None}
    head, _, body = answer.partition(b"\r\n\r\n")
    words = head.split(None, 2)
    return {
        "status": int(words[1]) if len(words) > 1 and words[1].isdigit() else None,
        "settings": order["domain"].encode() in body,
    }
