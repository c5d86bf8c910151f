"""SASL SCRAM-SHA-1 (RFC 5802), the client's side, without channel binding."""

import base64
import hashlib
import hmac
import secrets


class ScramError(Exception):
    """The server's answers do not fit; with a good password that is a server we do not know."""


class Scram:
    """Send ``first``; give the server's challenge to ``final`` and its success to ``verify``."""

    def __init__(self, user: str, password: str, nonce: str | None = None):
        self._password = password.encode()
        self._nonce = nonce or secrets.token_urlsafe(18)
        name = user.replace("=", "=3D").replace(",", "=2C")
        self._bare = f"n={name},r={self._nonce}"
        self._server_signature = b""

    @property
    def first(self) -> str:
        """The client's first message."""
        return f"n,,{self._bare}"

    def final(self, challenge: str) -> str:
        """The client's answer to the server's first message."""
        fields = _fields(challenge)
        nonce, salt, rounds = fields.get("r", ""), fields.get("s", ""), fields.get("i", "")
        if not nonce.startswith(self._nonce) or not rounds.isdigit() or not 0 < int(rounds) < 10**7:
            raise ScramError("malformed challenge")
        salted = hashlib.pbkdf2_hmac("sha1", self._password, base64.b64decode(salt), int(rounds))
        client_key = _mac(salted, b"Client Key")
        unproved = f"c=biws,r={nonce}"
        message = f"{self._bare},{challenge},{unproved}".encode()
        signature = _mac(hashlib.sha1(client_key, usedforsecurity=False).digest(), message)
        proof = bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
        self._server_signature = _mac(_mac(salted, b"Server Key"), message)
        return f"{unproved},p={base64.b64encode(proof).decode()}"

    def verify(self, final: str) -> None:
        """Raise ``ScramError`` unless the server knows the password too."""
        given = _fields(final).get("v", "")
        if not hmac.compare_digest(given, base64.b64encode(self._server_signature).decode()):
            raise ScramError("the server could not prove that it knows the password")


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, "sha1").digest()


def _fields(message: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in message.split(",") if "=" in part)
