"""``selfhost upgrade``: first a backup, and nothing is changed when there is none."""

from pathlib import Path
from typing import Any

import pytest

from selfhost.backup import create
from selfhost.backup.envelope import Key, unseal
from selfhost.backup.model import Backup, Entry, unpack
from selfhost.cli import main
from selfhost.cli import upgrade as command
from selfhost.errors import ProvisionError, TargetError
from selfhost.settings.create import Plan
from selfhost.settings.create import create as new_inventory
from selfhost.settings.render import HostEntry

DOMAIN = "meet.example.test"
PASSPHRASE = "correct horse battery"
SETTINGS = Path("inventory/group_vars/all/settings.yml")


@pytest.fixture
def done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An inventory; what an upgrade does to servers is only noted down."""
    monkeypatch.chdir(tmp_path)
    for name in ("SELFHOST_INVENTORY", "SELFHOST_PASSPHRASE_FILE", "ANSIBLE_VAULT_PASSWORD_FILE"):
        monkeypatch.delenv(name, raising=False)
    new_inventory(
        Path("inventory"), Plan(DOMAIN, HostEntry(DOMAIN, "203.0.113.10"), "203.0.113.10")
    )
    Path("passphrase").write_text(PASSPHRASE)
    Path("passphrase").chmod(0o600)
    steps: list[str] = []

    def noted(name: str, answer: Any = None) -> Any:
        def act(self: Any) -> Any:
            steps.append(name)
            return answer

        return act

    entry = Entry(f"servers/{DOMAIN}/etc/jitsi/meet/a.crt", "certificate", 0o644, b"PEM")
    made = Backup(DOMAIN, "2026-11-27T22:00:00+00:00", "1.2.3", (entry,))

    def collected(site: object) -> Backup:
        steps.append("collect")
        return made

    monkeypatch.setattr(create, "collect", collected)
    for name, answer in (("change", None), ("keep", None), ("back", None)):
        monkeypatch.setattr(command._Actions, name, noted(name, answer))
    monkeypatch.setattr(command._Actions, "audit", noted("audit", frozenset()))
    monkeypatch.setattr(command._Actions, "facts", lambda self: ())
    return steps


def backups() -> list[Path]:
    return sorted(Path("inventory/backups").glob("*.age"))


def test_a_backup_comes_first_and_its_place_is_told(
    done: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["upgrade", "--passphrase-file", "passphrase"]) == 0
    assert done == ["collect", "audit", "change", "audit", "keep"]
    (made,) = backups()
    assert (made.stat().st_mode & 0o777, made.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert unpack(unseal(made.read_bytes(), Key(PASSPHRASE), "x"), "x").domain == DOMAIN
    said = capsys.readouterr().err
    assert said.index("making a backup ...") < said.index(f"{made}: {DOMAIN}")
    assert said.index("keeping the new versions") < said.index(f"backup from before: {made}")


def test_the_settings_say_how_it_is_closed(done: list[str]) -> None:
    with SETTINGS.open("a") as stream:
        stream.write("\nsite_backup_passphrase_file: passphrase\n")
    assert main(["upgrade"]) == 0
    assert main(["backup"]) == 0
    assert all(unseal(path.read_bytes(), Key(PASSPHRASE), "x") for path in backups())
    key = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
    text = SETTINGS.read_text().replace(
        "site_backup_passphrase_file: passphrase", f"site_backup_recipients:\n  - {key}"
    )
    SETTINGS.write_text(text)
    before = set(backups())
    assert main(["backup", "-o", "new.age"]) == 0
    assert b"-> X25519 " in Path("new.age").read_bytes()
    assert set(backups()) == before


@pytest.mark.parametrize("how", [[], ["--passphrase-file", "absent"]])
def test_without_a_key_nothing_begins(
    done: list[str], capsys: pytest.CaptureFixture[str], how: list[str]
) -> None:
    assert main(["upgrade", *how]) == 2
    assert done == []
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    if not how:
        assert "no terminal to ask at" in said
        assert "site_backup_recipients" in said
        assert "--no-backup" in said


def test_a_backup_that_fails_stops_it(
    done: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(site: object) -> Backup:
        raise TargetError("meet could not gather its files: disk error")

    monkeypatch.setattr(create, "collect", fails)
    assert main(["upgrade", "--passphrase-file", "passphrase"]) == 3
    assert done == []
    assert "nothing was changed: meet could not gather" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_stops_it(
    done: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("inventory/backups").write_text("a file")
    assert main(["upgrade", "--passphrase-file", "passphrase"]) == 2
    assert "change" not in done
    assert "inventory/backups cannot be made" in capsys.readouterr().err


def test_what_is_taken_back_names_the_backup_too(
    done: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(self: object) -> None:
        raise ProvisionError("prosody does not start")

    monkeypatch.setattr(command._Actions, "change", fails)
    monkeypatch.setattr(command._Actions, "begun", lambda self: True)
    assert main(["upgrade", "--passphrase-file", "passphrase"]) == 1
    assert done[-1] == "back"
    said = capsys.readouterr().err
    assert "the former state is back" in said
    assert f"backup from before: {backups()[0]}" in said


def test_no_backup_only_when_asked_for(done: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["upgrade", "--no-backup"]) == 0
    assert done == ["audit", "change", "audit", "keep"]
    assert backups() == []
    assert "backup" not in capsys.readouterr().err
