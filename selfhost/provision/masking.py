"""Secrets out of what other programs print. Pure."""

from collections.abc import Sequence

MASK = b"********"


class Masker:
    """Replaces secrets in a stream of bytes, line by line."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = [secret.encode() for secret in sorted(secrets, key=len, reverse=True)]

    def __call__(self, data: bytes) -> bytes:
        """``data`` with every secret replaced. A secret holds no newline, so give whole lines."""
        for secret in self._secrets:
            data = data.replace(secret, MASK)
        return data
