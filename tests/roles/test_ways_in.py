"""Who may open rooms and who may join: what each way in makes of the rendered files."""

import re
from pathlib import Path

import pytest

from tests.roles import render
from tests.roles.render import example
from tests.roles.rendered import (
    CONFIG,
    HOSTS,
    JICOFO,
    PROSODY,
    rendered,
    text,
)


def section(dest: Path, head: str) -> str:
    """The lines of one of Prosody's hosts or components."""
    found = re.search(
        rf"^{re.escape(head)}\n(?:(?!VirtualHost|Component).*\n)*", text(dest, HOSTS), re.MULTILINE
    )
    assert found is not None
    return found.group()


MAIN = 'VirtualHost "meet.example.org"'
ROOMS = 'Component "conference.meet.example.org" "muc"'


def test_people_with_an_account_open_rooms_and_guests_join(defaults: Path) -> None:
    assert '    authentication = "internal_hashed" -- site_authentication\n' in section(
        defaults, MAIN
    )
    assert "do not delete me" not in text(defaults, HOSTS)
    assert 'VirtualHost "guest.meet.example.org"' in text(defaults, PROSODY)
    assert 'config.hosts.anonymousdomain = "guest.meet.example.org";' in text(defaults, CONFIG)
    focus = text(defaults, JICOFO)
    assert "jicofo.authentication.enabled = true" in focus
    assert 'jicofo.authentication.type = "XMPP"' in focus
    assert 'jicofo.authentication.login-url = "meet.example.org"' in focus
    assert "jicofo.authentication.enable-auto-login = false" in focus
    assert '--"token_verification";' in section(defaults, ROOMS)


def test_tokens(tmp_path: Path) -> None:
    dest = rendered(tmp_path, site_authentication="jwt", site_lobby="host")
    assert 'authentication = "token"' in section(dest, MAIN)
    assert '"persistent_lobby";' in section(dest, MAIN)
    assert '        "token_verification";\n        "muc_wait_for_host";\n' in section(dest, ROOMS)
    fragment = text(dest, PROSODY)
    assert f'app_secret = "{example()["prosody_jwt_secret"]}"' in fragment
    for line in (
        'signature_algorithm = "HS256"',
        "allow_empty_token = false",
        'asap_accepted_issuers = { "selfhost"; }',
        'asap_accepted_audiences = { "meet.example.org"; }',
        "asap_require_room_claim = true",
    ):
        assert f"    {line}\n" in fragment
    focus = text(dest, JICOFO)
    assert "jicofo.authentication.enabled = false" in focus
    assert "jicofo.conference.enable-auto-owner = false" in focus


def test_tokens_by_a_public_key_know_no_secret(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    dest = rendered(
        tmp_path / "server",
        site_authentication="jwt",
        site_guests=False,
        prosody_jwt_public_key=str(key),
    )
    fragment = text(dest, PROSODY)
    assert 'signature_algorithm = "RS256"' in fragment
    assert f"app_secret = [[\n{key.read_text()}]]" in fragment
    assert example()["prosody_jwt_secret"] not in fragment
    assert 'VirtualHost "guest.' not in fragment
    assert "delete config.hosts.anonymousdomain;" in text(dest, CONFIG)
    assert "muc_wait_for_host" not in text(dest, HOSTS)


def test_a_directory(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_text("-----BEGIN CERTIFICATE-----\n")
    dest = rendered(
        tmp_path / "server",
        site_authentication="ldap",
        prosody_ldap_url="ldap://10.0.0.7",
        prosody_ldap_base="dc=m\u00fcller",
        prosody_ldap_bind_dn="cn=reader",
        prosody_ldap_bind_password='a "b" \\ c',
        prosody_ldap_ca=str(authority),
    )
    assert 'authentication = "ldap"' in section(dest, MAIN)
    fragment = text(dest, PROSODY)
    assert 'ldap_base = "dc=m\u00fcller"' in fragment
    assert 'ldap_password = "a \\"b\\" \\\\ c"' in fragment
    assert "ldap_tls = true" in fragment
    library = text(dest, "etc/prosody/selfhost-ldap.conf")
    assert "TLS_REQCERT demand\nTLS_CACERT /etc/prosody/selfhost-ldap-ca.pem\n" in library
    unit = text(dest, "etc/systemd/system/prosody.service.d/selfhost.conf")
    assert "Environment=LDAPCONF=/etc/prosody/selfhost-ldap.conf" in unit
    assert "jicofo.authentication.enabled = true" in text(dest, JICOFO)


def test_open_to_all_is_as_the_package_had_it(tmp_path: Path) -> None:
    dest = rendered(tmp_path, site_authentication="none", site_lobby="none")
    assert '    authentication = "jitsi-anonymous" -- do not delete me\n' in section(dest, MAIN)
    assert '--"muc_lobby_rooms";' in section(dest, MAIN)
    assert "guest." not in text(dest, PROSODY)
    assert "delete config.hosts.anonymousdomain;" in text(dest, CONFIG)
    assert "jicofo.authentication.enabled = false" in text(dest, JICOFO)


def test_another_way_in_leaves_nothing_of_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered(tmp_path, site_authentication="jwt", site_lobby="host")
    with monkeypatch.context() as patch:
        patch.setattr(render, "write_bases", lambda dest, variables: None)
        rendered(tmp_path)
    again = text(tmp_path, HOSTS)
    assert again == text(rendered(tmp_path / "fresh"), HOSTS)
    assert "app_secret" not in text(tmp_path, PROSODY)
