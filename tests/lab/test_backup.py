"""Backups of a real server. The whole way, onto a clean server, is in ``test_life.py``."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from selfhost.backup.envelope import Key, unseal
from selfhost.backup.model import Backup, unpack
from selfhost.backup.restore import place
from selfhost.settings.site import load_site
from tests.lab.bosh import Participant, Refused
from tests.lab.conftest import Site
from tests.lab.faults import on

PASSWORD = "correct horse battery"
PASSPHRASE = "of the backup, long enough"
DATA = "/var/lib/prosody"


@pytest.fixture(scope="module")
def saved(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with ``site.age`` and its passphrase; the server has an account and a page."""
    folder = tmp_path_factory.mktemp("backup")
    (folder / "passphrase").write_text(PASSPHRASE)
    (folder / "passphrase").chmod(0o600)
    add = [sys.executable, "-m", "selfhost", "users", "add", "anna", "--password-stdin"]
    subprocess.run([*add, "-i", str(site.inventory)], input=PASSWORD, text=True, check=True)
    host = site.server.hostname.replace(".", "%2e")
    on(
        site,
        "echo ours > /etc/jitsi/meet/imprint.html; echo '# ours' > /etc/nginx/conf.d/ours.conf;"
        "echo log > /var/log/jitsi/secret.log;"
        f"mkdir -p {DATA}/{host}/offline; touch {DATA}/{host}/offline/a",
    )
    file = str(folder / "passphrase")
    done = site.selfhost("backup", "-o", str(folder / "site.age"), "--passphrase-file", file)
    assert done.returncode == 0, done.stderr
    yield folder
    site.reset()


def opened(saved: Path) -> Backup:
    sealed = (saved / "site.age").read_bytes()
    return unpack(unseal(sealed, Key(PASSPHRASE), "site.age"), "site.age")


def backup(saved: Path, command: str, file: str) -> subprocess.CompletedProcess[str]:
    words = ["backup", command, str(saved / file), "--passphrase-file", str(saved / "passphrase")]
    return subprocess.run(
        [sys.executable, "-m", "selfhost", *words], capture_output=True, text=True, check=False
    )


def test_it_holds_what_a_site_needs_and_nothing_else(site: Site, saved: Path) -> None:
    found = opened(saved)
    host, folder = site.server.hostname, site.server.hostname.replace(".", "%2e")
    names = {path for _, path, _ in found.of_servers()}
    assert names >= {
        f"{DATA}/{folder}/accounts/anna.dat",
        f"{DATA}/auth%2e{folder}/accounts/focus.dat",
        f"{DATA}/auth.{host}.key",
        f"/etc/jitsi/meet/{host}.crt",
        f"/etc/jitsi/meet/{host}.key",
        f"/etc/jitsi/meet/{host}-config.js",
        "/etc/jitsi/meet/imprint.html",
        "/etc/nginx/conf.d/ours.conf",
    }
    assert not [name for name in names if name.endswith(("secret.log", "offline/a", "jvb.conf"))]
    assert {name for name, _ in found.of_inventory()} >= {
        "hosts.yml",
        "known_hosts",
        "group_vars/all/settings.yml",
        "group_vars/all/secrets.yml",
    }
    listed = backup(saved, "list", "site.age").stdout
    assert f"servers/{host}/etc/jitsi/meet/imprint.html" in listed
    assert "is whole" in backup(saved, "verify", "site.age").stdout


def test_it_is_private_and_says_what_is_wrong(saved: Path) -> None:
    sealed = (saved / "site.age").read_bytes()
    assert (saved / "site.age").stat().st_mode & 0o777 == 0o600
    assert b"site_jvb_password" not in sealed
    (saved / "cut.age").write_bytes(sealed[:-100])
    (saved / "changed.age").write_bytes(sealed[:5000] + b"\0" + sealed[5001:])
    for name in ("cut.age", "changed.age"):
        done = backup(saved, "verify", name)
        assert done.returncode == 2
        assert done.stderr.startswith("error: ")
        assert "is damaged" in done.stderr
    (saved / "passphrase").write_text("another one, long enough")
    wrong = backup(saved, "verify", "site.age")
    (saved / "passphrase").write_text(PASSPHRASE)
    assert wrong.returncode == 2
    assert "does not open with this passphrase" in wrong.stderr


def test_what_was_lost_comes_back(site: Site, saved: Path) -> None:
    host, folder = site.server.hostname, site.server.hostname.replace(".", "%2e")
    hash_all = f"sha256sum /etc/jitsi/meet/{host}.* /etc/jitsi/meet/imprint.html"
    before = on(site, hash_all)
    on(site, f"rm -r {DATA}/{folder}/accounts /etc/jitsi/meet/imprint.html")
    on(site, f"echo x > /etc/jitsi/meet/{host}.key; chmod 644 /etc/jitsi/meet/{host}.key")
    with Participant(site.server.address, host) as anna, pytest.raises(Refused):
        anna.login("anna", PASSWORD)
    loaded = load_site(site.inventory)
    assert place(loaded, loaded.hosts[0], opened(saved)) > 8
    assert on(site, hash_all) == before
    assert on(site, f"stat -c %a:%U /etc/jitsi/meet/{host}.key").strip() == "600:root"
    owner = on(site, f"stat -c %U:%G {DATA}/{folder}/accounts {DATA}/{folder}/accounts/anna.dat")
    assert owner.split() == ["prosody:prosody"] * 2
    with Participant(site.server.address, host) as anna:
        anna.login("anna", PASSWORD)
