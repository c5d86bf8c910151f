"""Rules for the settings that say who may open rooms."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from selfhost.loopback import is_loopback
from selfhost.settings.problems import Problem

_Settings = Mapping[str, Any]
_LARGEST = 64 * 1024


def access_problems(settings: _Settings) -> Iterator[Problem]:
    """What does not go together in ``site_authentication`` and what belongs to it."""
    method = settings.get("site_authentication")
    yield from _lobby(settings)
    if method == "jwt":
        yield from _tokens(settings)
    elif method == "ldap":
        yield from _directory(settings)


def _lobby(settings: _Settings) -> Iterator[Problem]:
    tokens = settings.get("site_authentication") == "jwt"
    guests, lobby = settings.get("site_guests"), settings.get("site_lobby")
    if tokens and guests and lobby != "host":
        yield Problem(
            "site_lobby",
            "guests could open rooms: with tokens, only the lobby keeps them waiting for a host",
            "write site_lobby: host, or site_guests: false",
        )
    if lobby == "host" and not (tokens and guests):
        yield Problem(
            "site_lobby",
            "host is for site_authentication: jwt with site_guests: true",
            "elsewhere the focus itself keeps guests from opening rooms; write moderators or none",
        )


def _tokens(settings: _Settings) -> Iterator[Problem]:
    if not settings.get("prosody_jwt_app_id"):
        yield Problem("prosody_jwt_app_id", "must not be empty", "it is the issuer (iss) of tokens")
    for key in ("prosody_jwt_issuers", "prosody_jwt_audiences"):
        if "*" in (settings.get(key) or ()):
            yield Problem(
                key,
                "'*' would accept tokens that were made for any other service",
                "name those that count",
            )
    path = settings.get("prosody_jwt_public_key")
    if isinstance(path, str) and path:
        text = _read(path)
        if text is None:
            yield Problem(
                "prosody_jwt_public_key",
                f"there is no file {path}",
                "name the PEM file on this machine",
            )
        elif "PRIVATE KEY-----" in text:
            yield Problem(
                "prosody_jwt_public_key",
                f"{path} holds a private key, which must not leave the one who signs",
                f"openssl pkey -in {path} -pubout writes the public one",
            )
        elif "-----BEGIN PUBLIC KEY-----" not in text or "]]" in text:
            yield Problem(
                "prosody_jwt_public_key",
                f"{path} holds no public key in PEM form",
                "it begins with -----BEGIN PUBLIC KEY-----; of a certificate, "
                f"openssl x509 -in {path} -pubkey -noout writes it",
            )


def _directory(settings: _Settings) -> Iterator[Problem]:
    url = str(settings.get("prosody_ldap_url") or "")
    for key, example in (
        ("prosody_ldap_url", "ldaps://ldap.example.org"),
        ("prosody_ldap_base", "ou=people,dc=example,dc=org"),
    ):
        if not settings.get(key):
            yield Problem(
                key, "is required with site_authentication: ldap", f"write one such as {example}"
            )
    if url and not re.fullmatch(r"ldaps?://(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?/?", url):
        yield Problem(
            "prosody_ldap_url",
            f"'{url}' is not the address of a directory",
            "write one such as ldaps://ldap.example.org or ldap://ldap.example.org:389",
        )
    elif (
        url.startswith("ldap:")
        and not settings.get("prosody_ldap_starttls")
        and not is_loopback(urlsplit(url).hostname or "")
    ):
        yield Problem(
            "prosody_ldap_starttls",
            "passwords would cross the network in the clear",
            "use ldaps://, or leave it true; false is for a directory on the server itself",
        )
    if "$user" not in str(settings.get("prosody_ldap_filter") or ""):
        yield Problem(
            "prosody_ldap_filter",
            "does not hold $user, so everybody would be the first person found",
            "write one such as (uid=$user)",
        )
    if bool(settings.get("prosody_ldap_bind_dn")) != bool(
        settings.get("prosody_ldap_bind_password")
    ):
        yield Problem(
            "prosody_ldap_bind_dn",
            "and prosody_ldap_bind_password go together",
            "set both, the password in secrets.yml, or neither",
        )
    authority = settings.get("prosody_ldap_ca")
    if isinstance(authority, str) and authority:
        text = _read(authority)
        if text is None or "-----BEGIN CERTIFICATE-----" not in text:
            yield Problem(
                "prosody_ldap_ca",
                f"there is no certificate in {authority}",
                "name the PEM file on this machine",
            )


def _read(path: str) -> str | None:
    try:
        with Path(path).expanduser().open(encoding="ascii", errors="replace") as stream:
            return stream.read(_LARGEST)
    except OSError:
        return None
