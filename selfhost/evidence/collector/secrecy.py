"""Which names are those of secrets."""

import functools
import re

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_ENDINGS = (
    *("password", "passwords", "passwd", "passwort", "passphrase", "passcode", "pwd", "secret"),
    *("secrets", "token", "tokens", "apikey", "apikeys", "appkey", "authkey", "privatekey"),
    *("secretkey", "accesskey", "streamkey", "credential", "credentials", "cookie", "cookies"),
    *("dsn", "psk", "jwt", "bearer", "authorization", "authpass", "userpass", "sippass"),
    *("pw", "salt", "headervalue"),
)
#: Words behind the noun that do not change what it is: ``secret_2``, ``password_hash``.
_QUALIFIERS = frozenset(
    "value base old new current previous default prod dev test primary secondary raw plain text "
    "string hash hashed encoded base64 b64 b hex data id v".split()
)
#: What stands before a noun that is no secret there: ``proxy_pass``, ``server_tokens``.
_HARMLESS_BEFORE = {
    "pass": frozenset("proxy fastcgi uwsgi scgi grpc memcached by".split()),
    "tokens": frozenset("max min num server stop count total".split()),
    "token": frozenset("max min num stop".split()),
    "key": frozenset("certificate cert ssl tls public pub cache primary foreign sort hot".split()),
    "keys": frozenset("certificate cert public pub cache accepted authorized hot".split()),
}


@functools.lru_cache(maxsize=4096)
def secrecy(key: str) -> int:
    """2: the value of this key is a secret; 1: it is one if it looks like one; 0: it is not."""
    segments = key.strip(".-$").split(".")
    if any(segment.lower() in ("headers", "http-headers") for segment in segments[:-1]):
        return 2
    words = [word.lower() for word in _WORDS.findall(segments[-1])]
    while words and (words[-1].isdigit() or words[-1] in _QUALIFIERS):
        words.pop()
    if not words:
        return 0
    noun, before = words[-1], words[-2] if len(words) > 1 else ""
    if before in _HARMLESS_BEFORE.get(noun, ()):
        return 0
    if noun in ("pass", "cred", "creds") or noun.endswith(_ENDINGS):
        return 2
    if noun in ("key", "keys"):
        return 2 if before else 1
    return 1 if noun in ("auth", "hmac", "grant") else 0
