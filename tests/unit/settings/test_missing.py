"""Secrets that an older inventory lacks are added, and nothing else changes."""

import stat
from pathlib import Path

import pytest

from selfhost.cli import main
from selfhost.errors import SettingsError
from selfhost.settings import missing
from selfhost.settings.create import Plan, create
from selfhost.settings.document import VAULT_HEADER
from selfhost.settings.render import HostEntry
from selfhost.settings.site import load_site

FILE = "group_vars/all/secrets.yml"
ADDED = "prosody_jwt_secret"
VALUES = (
    "site_jvb_password: aaaaaaaaaaaaaaaaaaaa\n"
    "site_focus_password: bbbbbbbbbbbbbbbbbbbb\n"
    "site_turn_secret: cccccccccccccccccccc  # mine"
)


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An inventory from before tokens had a secret of their own."""
    monkeypatch.delenv("ANSIBLE_VAULT_PASSWORD_FILE", raising=False)
    folder = tmp_path / "older"
    host = HostEntry("meet.example.net", "203.0.113.7")
    create(folder, Plan("meet.example.net", host, "203.0.113.7"))
    (folder / FILE).write_text(VALUES)
    return folder


@pytest.fixture
def password(tmp_path: Path) -> Path:
    path = tmp_path / "vault-password"
    path.write_text("open sesame")
    return path


def test_the_run_stops_and_names_the_way(older: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_site(older)
    assert caught.value.message.startswith(f"{ADDED}: is required and missing")
    assert "selfhost secrets add" in caught.value.hint


def test_it_adds_what_is_missing_and_keeps_the_rest(
    older: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["secrets", "add", "-i", str(older)]) == 0
    text = (older / FILE).read_text()
    assert text.startswith(VALUES + "\n")
    assert stat.S_IMODE((older / FILE).stat().st_mode) == 0o600
    value = str(load_site(older).settings[ADDED])
    assert (len(value), value.isalnum()) == (32, True)
    said = capsys.readouterr()
    assert f"added {ADDED} to {older / FILE}" in said.out
    assert value not in said.out + said.err
    assert main(["secrets", "add", "-i", str(older)]) == 0
    assert "nothing was changed" in capsys.readouterr().out
    assert (older / FILE).read_text() == text


def test_a_file_that_is_gone_is_made_anew(older: Path) -> None:
    (older / FILE).unlink()
    assert len(missing.add(older)) == 4
    assert stat.S_IMODE((older / FILE).stat().st_mode) == 0o600
    assert load_site(older)


def test_an_encrypted_file_stays_encrypted(older: Path, password: Path) -> None:
    from selfhost.settings import secrets

    (older / FILE).write_text(secrets.seal(VALUES, password))
    with pytest.raises(SettingsError, match="is encrypted and no password is given"):
        missing.add(older)
    assert missing.add(older, password) == (ADDED,)
    assert (older / FILE).read_text().startswith(VAULT_HEADER)
    assert load_site(older, password).settings["site_turn_secret"] == "c" * 20
    assert missing.add(older, password) == ()


def test_among_encrypted_values_the_new_one_is_encrypted(older: Path, password: Path) -> None:
    from selfhost.settings import secrets

    sealed = secrets.seal("d" * 20, password).replace("\n", "\n  ").rstrip()
    text = VALUES.replace("aaaaaaaaaaaaaaaaaaaa", f"!vault |\n  {sealed}")
    (older / FILE).write_text(text)
    with pytest.raises(SettingsError, match="no password is given"):
        missing.add(older)
    assert (older / FILE).read_text() == text
    assert missing.add(older, password) == (ADDED,)
    assert (older / FILE).read_text().count("!vault") == 2
    assert len(str(load_site(older, password).settings[ADDED])) == 32


@pytest.mark.parametrize("odd", ["{site_jvb_password: aaaaaaaaaaaaaaaaaaaa}", VALUES + "\n...\n"])
def test_what_cannot_be_added_to_is_left_alone(older: Path, odd: str) -> None:
    (older / FILE).write_text(odd)
    with pytest.raises(SettingsError, match="nothing can be added to") as caught:
        missing.add(older)
    assert ADDED in caught.value.hint
    assert (older / FILE).read_text() == odd
