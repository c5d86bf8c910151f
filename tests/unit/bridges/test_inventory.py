"""A bridge in the inventory: written at once or not at all, with a password of its own."""

from pathlib import Path

import pytest
import yaml

from selfhost.bridges import inventory as members
from selfhost.errors import SettingsError, UsageError
from selfhost.settings.create import Plan, create
from selfhost.settings.render import HostEntry
from selfhost.settings.site import load_site

NEW = members.NewBridge(HostEntry("jvb1", "203.0.113.8", "admin", 2222), "203.0.113.8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A site of one host, as ``selfhost init`` makes it."""
    path = tmp_path / "inventory"
    entry = HostEntry("meet.example.net", "203.0.113.7")
    create(path, Plan("meet.example.net", entry, "203.0.113.7"))
    return path


def test_a_bridge_is_added_with_its_own_secret(folder: Path) -> None:
    written = members.add(folder, NEW)
    site = load_site(folder)
    jvb1 = members.find(site, "jvb1")
    assert (jvb1.address, jvb1.port, jvb1.user, jvb1.become) == ("203.0.113.8", 2222, "admin", True)
    assert jvb1.settings["site_public_address"] == "203.0.113.8"
    assert members.remote(site) == (jvb1,)
    assert jvb1.settings["site_jvb_password"] != site.settings["site_jvb_password"]
    assert jvb1.settings["site_jvb_password"] in site.secrets()
    secrets = folder / "host_vars/jvb1/secrets.yml"
    assert secrets in written
    assert secrets.stat().st_mode & 0o077 == 0
    assert "host_vars/jvb1/secrets.yml" in (folder / ".gitignore").read_text().splitlines()
    assert list(folder.glob("hosts.yml.*.bak"))


def test_nothing_is_written_when_something_is_wrong(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    twin = members.NewBridge(HostEntry("jvb1", "203.0.113.8"), "203.0.113.7")
    with pytest.raises(SettingsError, match=r"nothing was written.*have the same"):
        members.add(folder, twin)
    with pytest.raises(SettingsError, match=r"has a host meet\.example\.net already"):
        members.add(folder, members.NewBridge(HostEntry("meet.example.net", "x"), "203.0.113.8"))
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_removed_bridge_leaves_neither_host_nor_secret(folder: Path) -> None:
    before = yaml.safe_load((folder / "hosts.yml").read_text())
    members.add(folder, NEW)
    members.remove(folder, "jvb1")
    assert yaml.safe_load((folder / "hosts.yml").read_text()) == before
    assert not (folder / "host_vars/jvb1").exists()
    with pytest.raises(UsageError, match="has no bridge jvb1"):
        members.find(load_site(folder), "jvb1")
