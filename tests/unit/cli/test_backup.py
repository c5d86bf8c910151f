"""backup, restore, rename and uninstall refuse in one sentence what cannot be right."""

from pathlib import Path

import pytest

from selfhost.backup import create, envelope
from selfhost.backup.model import Backup, Entry
from selfhost.cli import main
from selfhost.settings.create import Plan
from selfhost.settings.create import create as new_inventory
from selfhost.settings.render import HostEntry

DOMAIN = "meet.example.test"
PASSPHRASE = "correct horse battery"
FILE = ("--passphrase-file", "passphrase")


@pytest.fixture(autouse=True)
def _site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with an inventory, a passphrase and a small backup."""
    monkeypatch.chdir(tmp_path)
    for name in ("SELFHOST_INVENTORY", "SELFHOST_PASSPHRASE_FILE", "ANSIBLE_VAULT_PASSWORD_FILE"):
        monkeypatch.delenv(name, raising=False)
    host = HostEntry(DOMAIN, "203.0.113.10")
    new_inventory(Path("inventory"), Plan(DOMAIN, host, "203.0.113.10"))
    Path("passphrase").write_text(PASSPHRASE)
    Path("passphrase").chmod(0o600)
    entries = tuple(create._inventory(Path("inventory")))
    entries += (Entry(f"servers/{DOMAIN}/etc/jitsi/meet/a.crt", "certificate", 0o644, b"PEM"),)
    made = Backup(DOMAIN, "2026-11-27T22:00:00+00:00", "1.2.3", entries)
    create.write(made, envelope.Lock(PASSPHRASE), Path("site.age"))


def refused(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    assert main(list(command)) == 2
    said = capsys.readouterr()
    assert said.err.startswith("error: ")
    assert "Traceback" not in said.err
    assert PASSPHRASE not in said.err + said.out
    return said.err


def test_uninstall_needs_the_domain(capsys: pytest.CaptureFixture[str]) -> None:
    assert f"add --yes {DOMAIN}" in refused(capsys, "uninstall")
    assert "nothing was removed" in refused(capsys, "uninstall", "--yes", "other.example.test")
    assert not Path("inventory/runs").exists()


def test_rename_needs_consent_and_a_new_domain(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("selfhost.cli.rename._check", lambda site, domain: None)
    assert "already" in refused(capsys, "rename", DOMAIN)
    assert "must be in lower case" in refused(capsys, "rename", "Talk.example.test")
    assert "add --yes" in refused(capsys, "rename", "talk.example.test")
    assert not Path("inventory/rename.json").exists()


def test_a_rename_that_stops_says_how_to_go_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No key of the server is known, so the run ends before it begins."""
    monkeypatch.setattr("selfhost.cli.rename._check", lambda site, domain: None)
    said = refused(capsys, "rename", "talk.example.test", "--yes")
    assert "selfhost rename talk.example.test again" in said
    assert f"go back with selfhost rename {DOMAIN}" in said
    assert f"site_domain: {DOMAIN}" in Path("inventory/group_vars/all/settings.yml").read_text()
    assert "has not ended" in refused(capsys, "rename", "third.example.test", "--yes")


def test_backup_overwrites_nothing_and_needs_a_key(capsys: pytest.CaptureFixture[str]) -> None:
    assert "site.age exists" in refused(capsys, "backup", "-o", "site.age", *FILE)
    assert "no terminal" in refused(capsys, "backup", "-o", "new.age")
    both = ("--recipient", "age1x", *FILE)
    assert "not both" in refused(capsys, "backup", "-o", "new.age", *both)
    Path("passphrase").chmod(0o644)
    assert "chmod 600" in refused(capsys, "backup", "-o", "new.age", *FILE)
    assert not Path("new.age").exists()


def test_a_server_that_is_not_there_leaves_no_file(capsys: pytest.CaptureFixture[str]) -> None:
    hosts = Path("inventory/hosts.yml")
    hosts.write_text(hosts.read_text().replace("203.0.113.10", "127.0.0.1").replace("22", "1"))
    assert main(["backup", "-o", "new.age", *FILE]) == 3
    assert sorted(p.name for p in Path().iterdir()) == ["inventory", "passphrase", "site.age"]


def test_verify_and_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", "verify", "site.age", *FILE]) == 0
    assert capsys.readouterr().out.startswith("site.age is whole: meet.example.test, 2026-11-27")
    assert main(["backup", "list", "site.age", *FILE]) == 0
    assert "inventory/group_vars/all/secrets.yml" in capsys.readouterr().out
    Path("other").write_text("something")
    assert "other is not a backup" in refused(capsys, "backup", "verify", "other", *FILE)
    assert "cannot be read" in refused(capsys, "backup", "verify", "absent", *FILE)


def test_restore_writes_an_inventory_only_where_none_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    only = ("--inventory-only", "--host", "198.51.100.7", *FILE)
    assert "nothing was written" in refused(capsys, "restore", "site.age", *only)
    assert main(["restore", "site.age", "-i", "new", *only]) == 0
    assert "ansible_host: 198.51.100.7" in Path("new/hosts.yml").read_text()
    assert (
        "site_public_address: 198.51.100.7" in Path("new/group_vars/all/settings.yml").read_text()
    )
    capsys.readouterr()
    Path("passphrase").write_text("another passphrase")
    said = refused(capsys, "restore", "site.age", "-i", "third", *only)
    assert "does not open with this passphrase" in said
    assert not Path("third").exists()
