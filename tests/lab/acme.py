"""A real ACME server on the lab's network: Debian's Pebble, which Let's Encrypt made for tests.

It fetches the challenge from port 80 of the name that is asked for, as Let's Encrypt does, and
refuses one in twenty nonces to see whether the client tries again. Its names come from its own
/etc/hosts. It forgets everything when it ends.
"""

import ipaddress
import json
import ssl
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from selfhost.lab import image, network, owned, runtime, state
from selfhost.lab.runtime import Runtime, label_options

HOST = 249
_CONFIG = {
    "pebble": {
        "listenAddress": "0.0.0.0:443",
        "managementListenAddress": "0.0.0.0:15000",
        "certificate": "/etc/pebble.crt",
        "privateKey": "/etc/pebble.key",
        "httpPort": 80,
        "tlsPort": 443,
        "ocspResponderURL": "",
        "externalAccountBindingRequired": False,
    }
}
_INSTALL = """set -e
apt-get -q update
DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends pebble openssl
cat > /etc/pebble.json
openssl req -x509 -newkey rsa:2048 -noenc -days 30 -subj /CN=acme \
  -addext "subjectAltName=IP:$1" -keyout /etc/pebble.key -out /etc/pebble.crt
"""
_READY = "import socket; socket.create_connection(('127.0.0.1', 15000), 1)"


@dataclass(frozen=True)
class AcmeServer:
    """``directory`` is its URL; ``ca`` a file with what to trust that URL by; ``root`` the
    certificate (PEM) of the CA that it plays."""

    directory: str
    ca: Path
    root: Path


@contextmanager
def serving(folder: Path, names: Mapping[str, str]) -> Iterator[AcmeServer]:
    """An ACME server for these names (name -> address). Its files are put into ``folder``."""
    engine = runtime.known()
    container = state.own_name(".acme")
    lab_network = network.ensure(engine)
    address = str(ipaddress.ip_network(network.subnet(engine))[HOST])
    owned.remove_container(engine, container)
    hosts = [word for name, host in names.items() for word in ("--add-host", f"{name}:{host}")]
    engine.call(
        "run", "-d", "--name", container, *label_options(), *engine.limits,
        "--network", lab_network, "--ip", address, *hosts,
        "-e", "PEBBLE_VA_NOSLEEP=1", image.ensure(engine, "bookworm"), "sleep", "infinity",
    )  # fmt: skip
    try:
        config = json.dumps(_CONFIG).encode()
        engine.call("exec", "-i", container, "sh", "-c", _INSTALL, "sh", address, stdin=config)
        yield _started(engine, container, address, folder)
    finally:
        owned.remove_container(engine, container)


def _started(engine: Runtime, container: str, address: str, folder: Path) -> AcmeServer:
    engine.call("exec", "-d", container, "pebble", "-config", "/etc/pebble.json")
    for _ in range(50):
        if not engine.call("exec", container, "python3", "-c", _READY, check=False).returncode:
            break
        time.sleep(0.2)
    ca = folder / "acme-ca.pem"
    ca.write_bytes(engine.call("exec", container, "cat", "/etc/pebble.crt").stdout)
    root = folder / "acme-root.pem"
    trust = ssl.create_default_context(cafile=str(ca))
    with urllib.request.urlopen(f"https://{address}:15000/roots/0", context=trust) as answer:
        root.write_bytes(answer.read())
    return AcmeServer(f"https://{address}/dir", ca, root)
