"""Who may open rooms: what goes together, told in one sentence with the way out."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from selfhost.settings.access import access_problems

DEFAULTS: dict[str, Any] = {
    "site_authentication": "internal",
    "site_guests": True,
    "site_lobby": "moderators",
    "prosody_jwt_app_id": "selfhost",
    "prosody_jwt_public_key": "",
    "prosody_jwt_issuers": [],
    "prosody_jwt_audiences": [],
    "prosody_ldap_url": "",
    "prosody_ldap_base": "",
    "prosody_ldap_filter": "(uid=$user)",
    "prosody_ldap_bind_dn": "",
    "prosody_ldap_bind_password": "",
    "prosody_ldap_starttls": True,
    "prosody_ldap_ca": "",
}
JWT = {"site_authentication": "jwt", "site_guests": False}
LDAP = {
    "site_authentication": "ldap",
    "prosody_ldap_url": "ldaps://ldap.example.org",
    "prosody_ldap_base": "dc=example",
}


def problems(**settings: Any) -> list[str]:
    return [f"{p.key} {p.message}" for p in access_problems({**DEFAULTS, **settings})]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"site_authentication": "none"},
        {"site_guests": False, "site_lobby": "none"},
        JWT,
        {"site_authentication": "jwt", "site_lobby": "host"},
        LDAP,
        {**LDAP, "prosody_ldap_url": "ldap://10.0.0.7:389"},
        {**LDAP, "prosody_ldap_url": "ldap://127.0.0.1", "prosody_ldap_starttls": False},
        {**LDAP, "prosody_ldap_bind_dn": "cn=x", "prosody_ldap_bind_password": "p w"},
    ],
)
def test_what_goes_together(settings: dict[str, Any]) -> None:
    assert problems(**settings) == []


@pytest.mark.parametrize(
    ("settings", "key", "word"),
    [
        ({"site_authentication": "jwt"}, "site_lobby", "guests could open rooms"),
        ({"site_lobby": "host"}, "site_lobby", "is for site_authentication: jwt"),
        ({**JWT, "site_lobby": "host"}, "site_lobby", "is for site_authentication: jwt"),
        ({**JWT, "prosody_jwt_app_id": ""}, "prosody_jwt_app_id", "empty"),
        ({**JWT, "prosody_jwt_issuers": ["*"]}, "prosody_jwt_issuers", "any other service"),
        ({**JWT, "prosody_jwt_audiences": ["a", "*"]}, "prosody_jwt_audiences", "any other"),
        ({**JWT, "prosody_jwt_public_key": "/no/file"}, "prosody_jwt_public_key", "no file"),
        ({**LDAP, "prosody_ldap_url": ""}, "prosody_ldap_url", "required"),
        ({**LDAP, "prosody_ldap_base": ""}, "prosody_ldap_base", "required"),
        ({**LDAP, "prosody_ldap_url": "https://x"}, "prosody_ldap_url", "not the address"),
        (
            {**LDAP, "prosody_ldap_url": "ldap://10.0.0.7", "prosody_ldap_starttls": False},
            "prosody_ldap_starttls",
            "in the clear",
        ),
        ({**LDAP, "prosody_ldap_filter": "(uid=x)"}, "prosody_ldap_filter", "$user"),
        ({**LDAP, "prosody_ldap_bind_dn": "cn=x"}, "prosody_ldap_bind_dn", "go together"),
        ({**LDAP, "prosody_ldap_ca": "/no/file"}, "prosody_ldap_ca", "no certificate"),
    ],
)
def test_what_does_not(settings: dict[str, Any], key: str, word: str) -> None:
    (found,) = problems(**settings)
    assert found.startswith(f"{key} ")
    assert word in found


def test_only_a_public_key_is_taken(tmp_path: Path) -> None:
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    subprocess.run(["openssl", "genrsa", "-out", str(private), "2048"], check=True)
    subprocess.run(
        ["openssl", "pkey", "-in", str(private), "-pubout", "-out", str(public)], check=True
    )
    assert problems(**JWT, prosody_jwt_public_key=str(public)) == []
    (found,) = problems(**JWT, prosody_jwt_public_key=str(private))
    assert "holds a private key" in found
    public.write_text("ssh-rsa AAAA")
    (found,) = problems(**JWT, prosody_jwt_public_key=str(public))
    assert "no public key in PEM form" in found
