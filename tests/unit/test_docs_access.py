"""The token that docs/access.md shows how to make is one that counts."""

import base64
import hashlib
import hmac
import json
import re
import subprocess
import sys
import time

from selfhost.provision import content


def test_the_documented_token_is_good() -> None:
    page = (content.root() / "docs" / "access.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"^python3 - [^\n]*<<'END'\n(.*?)^END$", page, re.DOTALL | re.MULTILINE)
    asked = 'getpass.getpass("prosody_jwt_secret: ")'
    assert asked in program
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            program.replace(asked, repr("s" * 32)),
            "alice",
            "talk",
            "meet.example",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    address, _, token = done.stdout.strip().partition("?jwt=")
    assert address == "https://meet.example/talk"
    head, body, signature = token.split(".")

    def decoded(text: str) -> bytes:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

    assert json.loads(decoded(head)) == {"alg": "HS256", "typ": "JWT"}
    said = json.loads(decoded(body))
    assert (said["iss"], said["aud"], said["room"]) == ("selfhost", "meet.example", "talk")
    assert said["nbf"] < time.time() < said["exp"] <= time.time() + 3600
    expected = hmac.digest(b"s" * 32, f"{head}.{body}".encode(), hashlib.sha256)
    assert decoded(signature) == expected
