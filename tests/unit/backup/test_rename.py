"""Which rename is carried out, also after an interruption."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from selfhost.backup.rename import Rename, begin, check_certificate, end, mentions, planned
from selfhost.errors import UsageError
from selfhost.settings.site import Host

OLD, NEW, THIRD = "meet.example.org", "talk.example.org", "third.example.org"


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    folder = tmp_path / "group_vars" / "all"
    folder.mkdir(parents=True)
    (folder / "settings.yml").write_text(
        f"# was {OLD}\nsite_domain: {OLD}\nweb_legal_urls: {{terms: https://{OLD}/t}}\n"
        f"other: my-{OLD}\n"
    )
    return tmp_path


def test_a_rename_begins_and_ends(inventory: Path) -> None:
    plan = planned(inventory, OLD, NEW)
    assert plan == Rename(OLD, NEW)
    begin(inventory, plan)
    end(inventory, plan)
    text = (inventory / "group_vars/all/settings.yml").read_text()
    assert f"\nsite_domain: {NEW}\n" in text
    assert f"# was {OLD}\n" in text
    assert list(inventory.glob("*.json")) == []
    with pytest.raises(UsageError, match="already"):
        planned(inventory, NEW, NEW)


def test_a_chain_of_statements_stays_with_its_domain(inventory: Path) -> None:
    chain, kept = (inventory / f"statements{of}.intoto.jsonl" for of in ("", f"-{OLD}"))
    assert end(inventory, Rename(OLD, NEW))[1] is None
    chain.write_text("of the new\n")
    assert end(inventory, Rename(NEW, OLD))[1] == inventory / f"statements-{NEW}.intoto.jsonl"
    assert not chain.exists()
    chain.write_text("of the old\n")
    for _ in range(2):  # also when it was interrupted just before its end
        assert end(inventory, Rename(OLD, NEW))[1] == kept
        assert chain.read_text() == "of the new\n"
        assert kept.read_text() == "of the old\n"


def test_an_interrupted_one_goes_on_or_back(inventory: Path) -> None:
    begin(inventory, Rename(OLD, NEW))
    assert planned(inventory, OLD, NEW) == Rename(OLD, NEW)
    assert planned(inventory, OLD, OLD) == Rename(NEW, OLD)
    with pytest.raises(UsageError, match="has not ended") as caught:
        planned(inventory, OLD, THIRD)
    assert f"selfhost rename {NEW}" in caught.value.hint


@pytest.mark.parametrize("name", ["https://x.org", "UPPER.org", "localhost", "-x.org", "a b.org"])
def test_what_is_no_domain_is_refused(inventory: Path, name: str) -> None:
    with pytest.raises(UsageError):
        planned(inventory, OLD, name)


def test_a_note_that_is_not_understood_stops(inventory: Path) -> None:
    (inventory / "rename.json").write_text("[]")
    with pytest.raises(UsageError, match="not understood"):
        planned(inventory, OLD, NEW)


def test_other_settings_that_name_the_old_domain_are_told(inventory: Path) -> None:
    path = inventory / "group_vars/all/settings.yml"
    assert list(mentions(inventory, OLD)) == [f"{path}:3"]


def certificate(path: Path, *names: str, days: int = 30) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    end_ = datetime.now(UTC) + timedelta(days=days)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(end_ - timedelta(days=90))
        .not_valid_after(end_)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), False)
        .sign(key, hashes.SHA256())
    )
    pem = path / "own.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return pem


def host(*groups: str, **settings: object) -> Host:
    return Host("a", groups, "192.0.2.1", 22, "root", None, False, "ssh", settings)


@pytest.mark.parametrize(
    ("names", "groups", "turn"),
    [
        ((NEW,), ("jitsi_web", "jitsi_turn"), ""),
        (("*.example.org",), ("jitsi_web", "jitsi_turn"), "turn.example.org"),
        ((OLD, NEW), ("jitsi_web",), "turn.example.net"),
        (("turn.example.net",), ("jitsi_turn",), "turn.example.net"),
        ((OLD,), ("jitsi_videobridge",), ""),
    ],
)
def test_an_own_certificate_that_fits_is_taken(
    tmp_path: Path, names: tuple[str, ...], groups: tuple[str, ...], turn: str
) -> None:
    pem = certificate(tmp_path, *names)
    check_certificate(
        host(*groups, tls_mode="own", tls_certificate=str(pem), turn_domain=turn), NEW
    )


@pytest.mark.parametrize(
    ("names", "groups", "turn", "says"),
    [
        ((OLD,), ("jitsi_web",), "", f"is for {OLD}, not for {NEW}"),
        (("*.org",), ("jitsi_web",), "", f"not for {NEW}"),
        ((f"x.{NEW}",), ("jitsi_web",), "", f"not for {NEW}"),
        ((NEW,), ("jitsi_web", "jitsi_turn"), "turn.example.net", "not for turn.example.net"),
        ((OLD,), ("jitsi_turn",), "", f"not for {NEW}"),
    ],
)
def test_an_own_certificate_for_another_name_is_refused_before_anything_changes(
    tmp_path: Path, names: tuple[str, ...], groups: tuple[str, ...], turn: str, says: str
) -> None:
    pem = certificate(tmp_path, *names)
    own = host(*groups, tls_mode="own", tls_certificate=str(pem), turn_domain=turn)
    with pytest.raises(UsageError, match=re.escape(says)) as caught:
        check_certificate(own, NEW)
    assert "tls_certificate" in caught.value.hint
    check_certificate(host(*groups, tls_mode="acme", tls_certificate=str(pem)), NEW)


def test_an_own_certificate_that_is_over_or_none_is_refused(tmp_path: Path) -> None:
    pem = certificate(tmp_path, NEW, days=-1)
    own = host("jitsi_web", tls_mode="own", tls_certificate=str(pem))
    with pytest.raises(UsageError, match="has expired"):
        check_certificate(own, NEW)
    pem.write_text("nothing")
    with pytest.raises(UsageError, match="holds no certificate"):
        check_certificate(own, NEW)
    pem.unlink()
    with pytest.raises(UsageError, match="cannot be read"):
        check_certificate(own, NEW)
