"""Ed25519 keys in OpenSSH's format, so that ssh-keygen can show, copy and re-encrypt them."""

import base64
import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from selfhost import named_file
from selfhost.errors import UsageError

ALGORITHM = "ed25519"
_KDF_ROUNDS = 64  # of bcrypt; ssh-keygen's default is 24
_MAX = 64 * 1024


def key_id(key: Ed25519PublicKey) -> str:
    """The algorithm, and the fingerprint that ``ssh-keygen -l`` shows."""
    blob = base64.b64decode(public_line(key).split()[1])
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return f"{ALGORITHM}:SHA256:{digest}"


def public_line(key: Ed25519PublicKey) -> str:
    """``ssh-ed25519 AAAA…``: what participants are given."""
    form = serialization.PublicFormat.OpenSSH
    return key.public_bytes(serialization.Encoding.OpenSSH, form).decode()


def create(path: Path, passphrase: str) -> Ed25519PublicKey:
    """Write a new private key, encrypted, and the public one beside it (``.pub``).

    Raises UsageError when one is there, or the folder cannot be written.
    """
    public = path.with_name(path.name + ".pub")
    for one in (path, public):
        if one.exists():
            raise UsageError(
                f"{one} exists; nothing was written",
                hint="a new key begins a new chain: participants must be told. Name another file "
                "with --key",
            )
    key = Ed25519PrivateKey.generate()
    encryption = (
        serialization.PrivateFormat.OpenSSH.encryption_builder()
        .kdf_rounds(_KDF_ROUNDS)
        .build(passphrase.encode())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, encryption
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        for one, content, mode in (
            (path, pem, 0o600),
            (public, (public_line(key.public_key()) + " selfhost\n").encode(), 0o644),
        ):
            with os.fdopen(os.open(one, flags, mode), "wb") as stream:
                stream.write(content)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    return key.public_key()


def is_there(path: Path) -> bool:
    """Whether there is a key to sign with."""
    return path.is_file()


def load(path: Path, passphrase: str) -> Ed25519PrivateKey:
    """The private key. Raises UsageError when it is none, open to others, or not encrypted."""
    data = named_file.secret(path, _MAX)
    try:
        key = serialization.load_ssh_private_key(data, passphrase.encode())
    except TypeError:
        raise UsageError(
            f"{path} is not protected by a passphrase", hint=f"ssh-keygen -p -f {path} sets one"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise UsageError(
            f"{path} does not open: the passphrase is wrong, or it is no private key of OpenSSH"
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{path} is not an Ed25519 key", hint="selfhost attest init-key makes one")
    return key


def public(given: str) -> Ed25519PublicKey:
    """A public key: the text itself (``ssh-ed25519 AAAA…``, PEM), or a file with it.

    Raises UsageError.
    """
    text = given.strip()
    if not text.startswith(("ssh-", "ecdsa-", "sk-", "-----BEGIN")):
        text = named_file.beginning(Path(given), _MAX).decode("utf-8", "replace").strip()
    if "PRIVATE KEY" in text:
        raise UsageError("that is a private key", hint="give the public one: it ends in .pub")
    try:
        if text.startswith("-----BEGIN"):
            key: object = serialization.load_pem_public_key(text.encode())
        else:
            key = serialization.load_ssh_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise UsageError(
            "the public key cannot be read", hint="it begins with ssh-ed25519, or is PEM"
        ) from None
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError("the public key is not of Ed25519, which signs statements")
    return key


def verifies(key: Ed25519PublicKey, signature: bytes, signed: bytes) -> bool:
    """Whether the signature is the key's, of these bytes."""
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True
