"""Something that receives webhooks on the lab's network, over TLS."""

import base64
import hashlib
import hmac
import ipaddress
import json
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from selfhost.lab import network, runtime

SECRET = "of the webhook, and long enough"


@dataclass
class Hook:
    """``certificate`` is what to trust it by (PEM); ``got`` what came, its signature checked."""

    url: str
    certificate: Path
    got: list[dict[str, Any]] = field(default_factory=list)

    def kinds(self) -> list[str]:
        """Of all that came since this was asked last."""
        found = [one["kind"] for one in self.got]
        self.got.clear()
        return found


def signature(headers: dict[str, str], body: bytes) -> str:
    """What a message has to be signed with, by the words of Standard Webhooks."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.digest(SECRET.encode(), signed, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


@contextmanager
def receiving(folder: Path) -> Iterator[Hook]:
    """On this machine's end of the lab's network: beyond the server's packet filter."""
    address = str(ipaddress.ip_network(network.subnet(runtime.known()))[1])
    certificate, key = folder / "hook.crt", folder / "hook.key"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-noenc", "-days", "2"),
            *("-subj", "/CN=hook", "-addext", f"subjectAltName=IP:{address}"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    hook = Hook("", certificate)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            genuine = hmac.compare_digest(headers["webhook-signature"], signature(headers, body))
            if genuine:
                hook.got.append(json.loads(body))
            self.send_response(204 if genuine else 403)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer((address, 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    hook.url = f"https://{address}:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
