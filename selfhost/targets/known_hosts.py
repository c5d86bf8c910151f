"""OpenSSH ``known_hosts`` files: which keys a host may present. Pure but for reading the files.

Format: sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". Host patterns with ``*`` and ``?`` and
certificate authorities are not used for a decision: a host is trusted only by its own key.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from selfhost.errors import TargetError

_MAX_FILE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class HostKey:
    """A server's public key as a ``known_hosts`` line holds it."""

    name: str  # "host" or "[host]:port"
    type: str  # "ssh-ed25519"
    base64: str

    @property
    def fingerprint(self) -> str:
        """``SHA256:…`` as ``ssh-keygen -l`` and ``ssh`` show it."""
        digest = hashlib.sha256(base64.b64decode(self.base64)).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")

    @property
    def line(self) -> str:
        """The line to store, without a newline."""
        return f"{self.name} {self.type} {self.base64}"


@dataclass(frozen=True, slots=True)
class KnownKey:
    """One entry that names the host, and where it stands."""

    type: str
    base64: str
    path: Path
    line: int
    revoked: bool


def host_name(host: str, port: int) -> str:
    """The name under which ``known_hosts`` keeps a host: ``[host]:port`` unless the port is 22."""
    return host.lower() if port == 22 else f"[{host.lower()}]:{port}"


def known_keys(name: str, files: Iterable[Path]) -> tuple[KnownKey, ...]:
    """All entries for ``name`` in the files that exist, in order.

    Raises TargetError when a file exists but cannot be read.
    """
    found: list[KnownKey] = []
    for path in files:
        try:
            with path.open("rb") as stream:
                text = stream.read(_MAX_FILE_BYTES).decode("utf-8", "replace")
        except FileNotFoundError:
            continue
        except OSError as error:
            raise TargetError(
                f"{path} cannot be read: {error.strerror}",
                hint="it holds the keys of known servers; make it readable for your user",
            ) from None
        for number, line in enumerate(text.splitlines(), start=1):
            fields = line.split()
            if not fields or fields[0].startswith("#"):
                continue
            revoked = fields[0] == "@revoked"
            if revoked:
                fields = fields[1:]
            if len(fields) < 3 or fields[0].startswith("@") or not _names(fields[0], name):
                continue
            found.append(KnownKey(fields[1], fields[2], path, number, revoked))
    return tuple(found)


def _names(field: str, name: str) -> bool:
    return any(
        _hash_matches(entry, name) if entry.startswith("|1|") else entry.lower() == name
        for entry in field.split(",")
    )


def _hash_matches(entry: str, name: str) -> bool:
    try:
        _, _, salt, digest = entry.split("|")
        expected = base64.b64decode(digest, validate=True)
        key = base64.b64decode(salt, validate=True)
    except (ValueError, binascii.Error):
        return False
    return hmac.compare_digest(hmac.new(key, name.encode(), hashlib.sha1).digest(), expected)
