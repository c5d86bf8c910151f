"""Encryption of a backup: the age format (age-encryption.org/v1), by its Rust implementation.

age, because it does this one thing, authenticates every part (a changed or truncated file is
refused), takes a passphrase, age keys and SSH keys alike, and is packaged everywhere: a backup
opens with ``age -d`` where selfhost is not at hand. openssl's own format authenticates nothing,
and gpg needs an agent and a keyring.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyrage

from selfhost import named_file
from selfhost.errors import UsageError

MIN_PASSPHRASE = 12
_MAX_KEY = 64 * 1024
_MAGIC = b"age-encryption.org/v1\n"
_BY_PASSPHRASE = b"-> scrypt "


@dataclass(frozen=True, slots=True)
class Lock:
    """What closes a backup: a passphrase, or public keys."""

    passphrase: str = field(default="", repr=False)
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """What opens a backup: the passphrase, or a file with a private key."""

    passphrase: str = field(default="", repr=False)
    identity_file: Path | None = None


def read_passphrase(path: Path) -> str:
    """The first line of a file that only its owner reads.

    Raises UsageError when it cannot be read, others can read it, or it is too short.
    """
    line = named_file.secret(path, _MAX_KEY).split(b"\n")[0].rstrip(b"\r")
    try:
        return checked_passphrase(line.decode("utf-8"), f"the first line of {path}")
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text") from None


def checked_passphrase(passphrase: str, what: str) -> str:
    """The passphrase, where it is long enough. Raises UsageError."""
    if len(passphrase) < MIN_PASSPHRASE:
        raise UsageError(
            f"{what} is shorter than {MIN_PASSPHRASE} characters",
            hint="whoever gets hold of the file can try passphrases for years",
        )
    return passphrase


def seal(content: bytes, lock: Lock) -> bytes:
    """The content, encrypted. Raises UsageError when a recipient is none."""
    if lock.recipients:
        return bytes(pyrage.encrypt(content, [_recipient(text) for text in lock.recipients]))
    return bytes(pyrage.passphrase.encrypt(content, lock.passphrase))


def is_sealed(start: bytes) -> bool:
    """Whether a file begins as an encrypted one."""
    return start.startswith(_MAGIC)


def needs_passphrase(start: bytes) -> bool:
    """Whether it is a passphrase that opens it, and not a key."""
    return start.startswith(_MAGIC + _BY_PASSPHRASE)


def unseal(sealed: bytes, key: Key, name: str) -> bytes:
    """The content. Raises UsageError when the key does not fit, or the file was changed or cut."""
    if not is_sealed(sealed):
        raise UsageError(f"{name} is not a backup of selfhost")
    if needs_passphrase(sealed) != (key.identity_file is None):
        raise UsageError(
            f"{name} opens with "
            + ("a passphrase, not with a key" if key.identity_file else "a key: give --identity"),
        )
    try:
        if key.identity_file is not None:
            content: bytes = pyrage.decrypt(sealed, _identities(key.identity_file))
        else:
            content = pyrage.passphrase.decrypt(sealed, key.passphrase)
    except pyrage.DecryptError as error:
        reason = str(error)
        if "No matching keys" in reason or reason == "Decryption failed":
            what = "key" if key.identity_file else "passphrase"
            raise UsageError(
                f"{name} does not open with this {what}",
                hint=f"is it the {what} that it was made with?",
            ) from None
        if "Excessive work" in reason:  # by age's measure of the machine, as busy as it is now
            raise UsageError(
                f"{name} asks for more work to open it than this machine does in some seconds",
                hint="try again when it is less busy, or open it elsewhere with `age -d`",
            ) from None
        raise UsageError(
            f"{name} is damaged: it was cut off or changed", hint="fetch it again, or take another"
        ) from None
    return content


def _recipient(text: str) -> Any:
    text = text.strip()
    try:
        if text.startswith("ssh-"):
            return pyrage.ssh.Recipient.from_str(text)
        return pyrage.x25519.Recipient.from_str(text)
    except (pyrage.RecipientError, ValueError):
        raise UsageError(
            f"{text[:40]!r} is not a public key that a backup can be made for",
            hint="give one of age (age1...) or of SSH (ssh-ed25519 ..., ssh-rsa ...)",
        ) from None


def _identities(path: Path) -> Sequence[Any]:
    data = named_file.beginning(path, _MAX_KEY)
    try:
        if b"AGE-SECRET-KEY-1" in data:
            lines = data.decode("ascii").split()
            keys = [line for line in lines if line.startswith("AGE-SECRET-KEY-1")]
            return [pyrage.x25519.Identity.from_str(line) for line in keys]
        return [pyrage.ssh.Identity.from_buffer(data)]
    except (pyrage.IdentityError, ValueError):
        raise UsageError(
            f"{path} holds no private key that opens a backup",
            hint="give a file of age-keygen, or an SSH key without a passphrase",
        ) from None
