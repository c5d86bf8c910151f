"""Encryption: who has the key opens it, nobody else; a changed or cut file says so."""

import subprocess
from pathlib import Path

import pyrage
import pytest

from selfhost.backup.envelope import Key, Lock, read_passphrase, seal, unseal
from selfhost.errors import UsageError

CONTENT = b"content" * 20_000
PASSPHRASE = "correct horse battery"


@pytest.fixture(scope="module")
def sealed() -> bytes:
    return seal(CONTENT, Lock(PASSPHRASE))


def test_the_passphrase_opens_it(sealed: bytes) -> None:
    assert CONTENT[:50] not in sealed
    assert unseal(sealed, Key(PASSPHRASE), "x.age") == CONTENT


def test_another_passphrase_does_not(sealed: bytes) -> None:
    with pytest.raises(UsageError, match="does not open with this passphrase"):
        unseal(sealed, Key("correct horse batterz"), "x.age")


@pytest.mark.parametrize("place", [200, 70_000, -1])
def test_a_changed_byte_is_noticed(sealed: bytes, place: int) -> None:
    bad = bytearray(sealed)
    bad[place] ^= 1
    with pytest.raises(UsageError, match="is damaged"):
        unseal(bytes(bad), Key(PASSPHRASE), "x.age")


def test_one_that_would_take_years_to_open_is_not_called_damaged(sealed: bytes) -> None:
    begin, _, rest = sealed.partition(b"-> scrypt ")
    salt, _, rest = rest.partition(b" ")
    slow = begin + b"-> scrypt " + salt + b" 40\n" + rest.partition(b"\n")[2]
    with pytest.raises(UsageError, match="more work"):
        unseal(slow, Key(PASSPHRASE), "x.age")


@pytest.mark.parametrize("length", [120, 65_536 + 200, -16, -1])
def test_a_cut_file_is_noticed(sealed: bytes, length: int) -> None:
    with pytest.raises(UsageError, match="is damaged"):
        unseal(sealed[:length], Key(PASSPHRASE), "x.age")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"age-encryption.org/v1\n"])
def test_another_file_is_no_backup(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^x\.age "):
        unseal(content, Key(PASSPHRASE), "x.age")


def test_keys_of_age_and_ssh_open_it(tmp_path: Path) -> None:
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "age").write_text(f"# mine\n{identity}\n")
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "ssh")]
    subprocess.run(command, check=True)
    public = (tmp_path / "ssh.pub").read_text()
    made = seal(CONTENT, Lock(recipients=(str(identity.to_public()), public)))
    for name in ("age", "ssh"):
        assert unseal(made, Key(identity_file=tmp_path / name), "x.age") == CONTENT
    with pytest.raises(UsageError, match="opens with a key"):
        unseal(made, Key(PASSPHRASE), "x.age")
    (tmp_path / "other").write_text(str(pyrage.x25519.Identity.generate()))
    with pytest.raises(UsageError, match="does not open with this key"):
        unseal(made, Key(identity_file=tmp_path / "other"), "x.age")
    with pytest.raises(UsageError, match="holds no private key"):
        unseal(made, Key(identity_file=tmp_path / "ssh.pub"), "x.age")


def test_what_is_no_public_key_is_refused() -> None:
    with pytest.raises(UsageError, match="is not a public key"):
        seal(CONTENT, Lock(recipients=("age1nonsense",)))


def test_a_passphrase_file_is_private_and_long_enough(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    file.write_text(f"{PASSPHRASE}\nsecond line\n")
    file.chmod(0o644)
    with pytest.raises(UsageError, match="other users"):
        read_passphrase(file)
    file.chmod(0o600)
    assert read_passphrase(file) == PASSPHRASE
    file.write_text("short\n")
    with pytest.raises(UsageError) as caught:
        read_passphrase(file)
    assert "short\n" not in caught.value.message
    with pytest.raises(UsageError, match="cannot be read"):
        read_passphrase(tmp_path / "absent")
