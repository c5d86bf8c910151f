"""Certificates from PEM, the good and the hostile."""

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from selfhost.readers.certificates import MAX_CHAIN, read_certificates
from selfhost.readers.tree import Source

EXPIRES = datetime.datetime(2031, 5, 6, 7, 8, 9, tzinfo=datetime.UTC)


def pem(*names: str) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
        .not_valid_after(EXPIRES)
    )
    if names:
        alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        builder = builder.add_extension(alternatives, critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def test_a_chain_in_order_with_lines() -> None:
    text = "# bought in May\n" + pem("meet.example.org", "turn.example.org") + pem()
    found, problems = read_certificates(Source("/x.crt", text))
    assert problems == ()
    first, second = found
    assert (first.expires, first.names) == (EXPIRES, ("meet.example.org", "turn.example.org"))
    assert (first.origin.line, first.origin.path) == (2, "/x.crt")
    assert second.names == ()
    assert second.origin.line > first.origin.line


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 0, "holds no certificate"),
        ("-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n", 0, "no certificate"),
        ("\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", 2, "can be read"),
        ("-----BEGIN CERTIFICATE-----\n" * 100_000, 0, "holds no certificate"),
    ],
)
def test_what_is_no_certificate_is_a_problem(text: str, line: int, said: str) -> None:
    found, (problem,) = read_certificates(Source("/x.crt", text))
    assert found == ()
    assert said in problem.message
    assert problem.origin.line == line


def test_a_long_chain_is_cut() -> None:
    found, (problem,) = read_certificates(Source("/x.crt", pem() * (MAX_CHAIN + 5)))
    assert len(found) == MAX_CHAIN
    assert "more than 20 certificates" in problem.message


@given(st.text(alphabet="ABCab01+/=\n", max_size=400))
def test_garbage_never_raises(body: str) -> None:
    text = f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"
    found, problems = read_certificates(Source("/x.crt", text))
    assert bool(found) != bool(problems)
