"""What the settings say about the certificate, before any server is asked."""

from pathlib import Path
from typing import Any

import pytest

from selfhost.settings.rules import check_rules

ACME = {
    "tls_mode": "acme",
    "tls_acme_agree_terms": True,
    "tls_acme_directory": "https://acme-v02.api.letsencrypt.org/directory",
    "tls_acme_staging": False,
    "tls_acme_email": "",
    "tls_acme_ca": "",
    "site_domain": "meet.example.eu",
    "site_public_address": "203.0.113.7",
}
PRIVATE = {"tls_acme_directory": "https://ca.corp.internal/acme/acme/directory"}


def problems(**settings: Any) -> list[str]:
    found = check_rules({**ACME, **settings}, {})
    return [f"{problem.key}: {problem.message} [{problem.hint}]" for problem in found]


def test_a_public_domain_and_consent_are_enough() -> None:
    assert problems() == []
    assert problems(tls_acme_staging=True, tls_acme_email="me@example.eu") == []


def test_the_terms_are_agreed_to_by_the_admin_and_by_nobody_else() -> None:
    (found,) = problems(tls_acme_agree_terms=False)
    assert found.startswith("tls_acme_agree_terms: is required with tls_mode: acme")
    assert "tls_acme_agree_terms: true" in found
    assert problems(tls_acme_agree_terms=False, tls_mode="self-signed") == []


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"site_domain": "meet.home.arpa"}, "site_domain"),
        ({"site_domain": "meet.corp.internal"}, "site_domain"),
        ({"turn_domain": "turn.example.test"}, "turn_domain"),
        ({"site_public_address": "10.0.0.5", "site_private_address": "10.0.0.5"}, "site_public"),
    ],
)
def test_lets_encrypt_issues_for_the_public_internet_only(
    settings: dict[str, str], key: str
) -> None:
    (found,) = problems(**settings)
    assert found.startswith(key)
    assert "Let's Encrypt" in found
    assert "tls_mode: own" in found
    assert problems(**settings, **PRIVATE) == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"tls_acme_directory": "http://ca.example.eu/dir"}, "is not the URL of an ACME directory"),
        ({"tls_acme_directory": "ca.example.eu"}, "is not the URL of an ACME directory"),
        ({**PRIVATE, "tls_acme_staging": True}, "is for Let's Encrypt only"),
        ({"tls_acme_email": "not an address"}, "is not an e-mail address"),
        ({"tls_acme_ca": "/nowhere/ca.pem"}, "there is no file /nowhere/ca.pem"),
    ],
)
def test_what_cannot_work_is_one_problem(settings: dict[str, Any], said: str) -> None:
    (found,) = problems(**settings)
    assert said in found


def test_a_private_ca_s_file_is_taken(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("")
    assert problems(**PRIVATE, tls_acme_ca=str(tmp_path / "ca.pem")) == []
