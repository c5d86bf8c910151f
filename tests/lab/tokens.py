"""JSON web tokens, good and bad, made with openssl as any program would make them."""

import base64
import hashlib
import hmac
import json
import subprocess
import time
from pathlib import Path
from typing import Any


def claims(domain: str, **changes: Any) -> dict[str, Any]:
    """What a good token of the roles' default settings says; a claim of ``None`` is left out."""
    now = int(time.time())
    said = {
        "iss": "selfhost",
        "aud": domain,
        "sub": domain,
        "room": "talk",
        "nbf": now - 10,
        "exp": now + 600,
        **changes,
    }
    return {name: value for name, value in said.items() if value is not None}


def hashed(said: dict[str, Any], key: bytes, alg: str = "HS256") -> str:
    """Signed with a shared secret."""
    body = _body(said, alg)
    return f"{body}.{_url64(hmac.digest(key, body.encode(), hashlib.sha256))}"


def signed(said: dict[str, Any], key: Path, alg: str = "RS256") -> str:
    """Signed with an RSA key."""
    body = _body(said, alg)
    done = subprocess.run(
        ["openssl", "dgst", "-sha256", "-sign", str(key)],
        input=body.encode(),
        capture_output=True,
        check=True,
    )
    return f"{body}.{_url64(done.stdout)}"


def unsigned(said: dict[str, Any], signature: str = "") -> str:
    """With ``alg: none``."""
    return f"{_body(said, 'none')}.{signature}"


def key_pair(folder: Path, name: str) -> tuple[Path, Path]:
    """A new RSA key: the private file and the public one."""
    private, public = folder / f"{name}.pem", folder / f"{name}.pub.pem"
    subprocess.run(["openssl", "genrsa", "-out", str(private), "2048"], check=True)
    subprocess.run(
        ["openssl", "pkey", "-in", str(private), "-pubout", "-out", str(public)], check=True
    )
    return private, public


def _body(said: dict[str, Any], alg: str) -> str:
    header = _url64(json.dumps({"typ": "JWT", "alg": alg}).encode())
    return f"{header}.{_url64(json.dumps(said).encode())}"


def _url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
