"""The pure parts of the module that has certbot get a certificate."""

from typing import Any

import pytest

from tests.roles.render import module

acme = module("acme_certificate")

WANTED: dict[str, Any] = {
    "name": "selfhost",
    "domains": ["meet.example.org"],
    "directory": "https://ca.example.org/dir",
    "email": "",
    "key_type": "ecdsa",
    "webroot": "/usr/share/jitsi-meet",
}
RENEWAL = """\
# renew_before_expiry = 30 days
version = 2.1.0
archive_dir = /etc/letsencrypt/archive/selfhost

# Options used in the renewal process
[renewalparams]
account = 0123456789abcdef
key_type = ecdsa
server = https://ca.example.org/dir
authenticator = webroot
webroot_path = /usr/share/jitsi-meet,
[[webroot_map]]
meet.example.org = /usr/share/jitsi-meet
"""
SEEN = {"meet.example.org"}


def reasons(text: str | None = RENEWAL, seen: set[str] | None = SEEN, **wanted: Any) -> list[str]:
    have = None if text is None else acme.settings(text)
    found: list[str] = acme.reasons(have, seen, {**WANTED, **wanted})
    return found


def test_what_is_there_and_right_is_left_alone() -> None:
    assert reasons() == []
    assert reasons(email="other@example.org") == []


def test_each_difference_is_a_reason() -> None:
    assert reasons(None) == ["there is none"]
    assert reasons(seen=None) == ["it has expired or cannot be read"]
    assert reasons(domains=["meet.example.org", "turn.example.org"]) == ["it is for other names"]
    assert reasons(directory="https://x/dir") == ["it is from another ACME server"]
    assert reasons(key_type="rsa") == ["its key is of another kind"]
    assert reasons(webroot="") == ["it would be renewed in another way"]
    assert reasons(webroot="/srv") == ["it would be renewed from another folder"]


def test_names_in_a_certificate() -> None:
    said = "X509v3 Subject Alternative Name: \n    DNS:a.example, DNS:b.example\nCertificate will"
    assert acme.names(said) == {"a.example", "b.example"}


def test_the_command_line_asks_for_nothing_that_was_not_wanted() -> None:
    words = acme.arguments(WANTED)
    assert words[:2] == ["certbot", "certonly"]
    assert "--register-unsafely-without-email" in words
    assert "--nginx" not in words
    assert words[-2:] == ["--domain", "meet.example.org"]
    given = acme.arguments({**WANTED, "email": "me@example.org", "webroot": ""})
    assert "--no-eff-email" in given
    assert "--standalone" in given
    assert "--webroot" not in given


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "Certbot failed to authenticate some domains (authenticator: webroot). The Certificate "
            "Authority reported these problems:\n  Domain: meet.example.org\n  Type:   connection\n"
            "  Detail: 203.0.113.7: Fetching http://meet.example.org/x: Timeout\n\nHint",
            "the ACME server could not verify that the name is this server's: meet.example.org: "
            "203.0.113.7: Fetching http://meet.example.org/x: Timeout",
        ),
        (
            "An unexpected error occurred:\nrequests.exceptions.ConnectionError: HTTPSConn"
            "ectionPool(host='ca', port=443): Max retries exceeded with url: /dir (Caused by New"
            "ConnectionError('<...>: Failed to establish a new connection: [Errno 111] Connection "
            "refused'))",
            "the ACME server https://ca.example.org/dir cannot be reached: it refuses connections",
        ),
        (  # as Debian 12's certbot puts it
            "An unexpected error occurred:\nValueError: Requesting ca/dir: Connection refused\n",
            "the ACME server https://ca.example.org/dir cannot be reached: it refuses connections",
        ),
        (
            "requests.exceptions.SSLError: HTTPSConnectionPool: Max retries exceeded (Caused by "
            "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] ...')))",
            "the ACME server https://ca.example.org/dir cannot be reached: its certificate is not "
            "trusted (tls_acme_ca)",
        ),
        (
            "An unexpected error occurred:\nurn:ietf:params:acme:error:rateLimited :: There were "
            "too many requests of a given type :: too many certificates (5)",
            "the ACME server https://ca.example.org/dir refuses (rateLimited): There were too many "
            "requests of a given type :: too many certificates (5)",
        ),
        (
            "Saving debug log to /var/log/letsencrypt/letsencrypt.log\nsomething new\nAsk for help",
            "certbot failed: something new",
        ),
        ("", "certbot failed: it said nothing"),
    ],
)
def test_a_failure_is_one_sentence(said: str, told: str) -> None:
    assert acme.told(said, WANTED["directory"]) == told
