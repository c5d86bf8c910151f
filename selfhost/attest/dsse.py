"""The envelope: DSSE 1.0 (github.com/secure-systems-lab/dsse), signed with Ed25519.

What is signed is the payload's type and bytes, each with its length; nothing is read from the
payload before its signature is found good.
"""

import base64
import binascii
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from selfhost.attest import keys, strict_json
from selfhost.attest.problems import Code, ProblemError

PAYLOAD_TYPE = "application/vnd.in-toto+json"
MAX_ENVELOPE = 256 * 1024
_MAX_SIGNATURES = 8
_SIGNATURE_BYTES = 64


def signed_bytes(payload_type: str, payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding."""
    kind = payload_type.encode()
    return b" ".join(
        (b"DSSEv1", str(len(kind)).encode(), kind, str(len(payload)).encode(), payload)
    )


def seal(payload: bytes, key: Ed25519PrivateKey) -> str:
    """The envelope as one line of JSON, without its end."""
    signature = key.sign(signed_bytes(PAYLOAD_TYPE, payload))
    envelope = {
        "payloadType": PAYLOAD_TYPE,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [
            {
                "keyid": keys.key_id(key.public_key()),
                "sig": base64.b64encode(signature).decode(),
            }
        ],
    }
    return strict_json.canonical(envelope).decode()


def unseal(text: str, key: Ed25519PublicKey) -> bytes:
    """The payload, whose signature is good. Raises ProblemError."""
    if len(text) > MAX_ENVELOPE:
        raise ProblemError(Code.TOO_LARGE)
    envelope = strict_json.read(text)
    if not isinstance(envelope, dict) or not {"payloadType", "payload", "signatures"} <= set(
        envelope
    ):
        raise ProblemError(Code.NOT_AN_ENVELOPE)
    if envelope["payloadType"] != PAYLOAD_TYPE:
        raise ProblemError(Code.WRONG_PAYLOAD_TYPE)
    payload = _decoded(envelope["payload"])
    signatures = envelope["signatures"]
    if not isinstance(signatures, list) or not 0 < len(signatures) <= _MAX_SIGNATURES:
        raise ProblemError(Code.NOT_AN_ENVELOPE, "signatures")
    found = [_signature(one) for one in signatures]
    signed = signed_bytes(PAYLOAD_TYPE, payload)
    if any(len(s) == _SIGNATURE_BYTES and keys.verifies(key, s, signed) for _, s in found):
        return payload
    _explain([(name, signature) for name, signature in found], keys.key_id(key))
    raise ProblemError(Code.ALTERED)


def _explain(found: list[tuple[str, bytes]], own: str) -> None:
    """Why no signature fits, as far as the names of the keys tell; those are not signed."""
    names = [name for name, _ in found]
    if own in names:
        if all(len(signature) != _SIGNATURE_BYTES for _, signature in found):
            raise ProblemError(Code.ALTERED, "the signature has not the length of Ed25519's")
        return
    if all(name and name.partition(":")[0] != keys.ALGORITHM for name in names):
        raise ProblemError(Code.UNKNOWN_ALGORITHM)
    if all(names):
        raise ProblemError(Code.WRONG_KEY, f"yours is {own.partition(':')[2]}")


def _signature(entry: Any) -> tuple[str, bytes]:
    if not isinstance(entry, dict) or not isinstance(entry.get("keyid", ""), str):
        raise ProblemError(Code.NOT_AN_ENVELOPE, "signatures")
    return entry.get("keyid", ""), _decoded(entry.get("sig"))


def _decoded(text: Any) -> bytes:
    """DSSE allows both alphabets of base64."""
    if not isinstance(text, str):
        raise ProblemError(Code.NOT_AN_ENVELOPE, "base64")
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (ValueError, binascii.Error):
        raise ProblemError(Code.NOT_AN_ENVELOPE, "base64") from None
