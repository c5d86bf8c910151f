"""A server's life: provisioned, saved, taken away without a trace, brought back, renamed.

The tests follow each other on one server. ``pytest -s`` shows how long each step took.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from selfhost import lab
from selfhost.lab.inventory import PUBLIC_ADDRESS, write_inventory
from tests.lab.bosh import Participant, Refused
from tests.lab.conftest import Site
from tests.lab.faults import on
from tests.lab.footprint import footprint, unexplained

pytestmark = pytest.mark.nightly

NAME = "test-life"
PASSWORD = "correct horse battery"
PASSPHRASE = "of the backup, long enough"
#: What the admin of the server had before, and what must be there at the end.
OTHERS = """
useradd --system gardener
nft add table inet garden
mkdir -p /etc/apt/keyrings
printf 'rotate 99\\n' > /etc/logrotate.d/rsyslog
"""


@dataclass
class Life:
    """The server and what is remembered of it."""

    site: Site
    folder: Path
    before: frozenset[str] = frozenset()
    certificate: str = ""
    took: dict[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.site.server.name

    @property
    def backup(self) -> Path:
        return self.folder / "site.age"

    def run(self, what: str, *command: str, code: int = 0) -> str:
        """A command of selfhost, timed; what it said on stderr."""
        started = time.perf_counter()
        done = self.site.selfhost(*command)
        self.took[what] = time.perf_counter() - started
        print(f"{what}: {self.took[what]:.0f} s")  # noqa: T201
        assert done.returncode == code, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stderr

    def login(self, domain: str, password: str = PASSWORD) -> None:
        """As anna, who may open a room. Raises Refused."""
        with Participant(self.site.server.address, domain) as anna:
            anna.login("anna", password)
            assert anna.open("garden")

    def shown(self, domain: str) -> str:
        """The fingerprint of the certificate that browsers see."""
        command = f"openssl s_client -connect 127.0.0.1:443 -servername {domain} </dev/null"
        return on(self.site, f"{command} 2>/dev/null | openssl x509 -noout -fingerprint -sha256")


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    folder = tmp_path_factory.mktemp("life")
    if any(server.name == NAME for server in lab.list_servers()):
        lab.down(NAME)
    server = lab.up(NAME)
    life = Life(Site(server, write_inventory(server, folder / "inventory")), folder)
    on(life.site, OTHERS)
    life.before = footprint(NAME)
    passphrase = folder / "passphrase"
    passphrase.write_text(PASSPHRASE)
    passphrase.chmod(0o600)
    yield life
    lab.down(NAME)


def test_apply_and_save(life: Life) -> None:
    life.run("apply", "apply")
    on(life.site, "echo '<p>ours' > /etc/jitsi/meet/imprint.html; apt-get install -y -q less")
    password = life.folder / "password"
    password.write_text(PASSWORD)
    done = lab_users_add(life)
    assert done == 0
    life.login(life.site.server.hostname)
    life.certificate = life.shown(life.site.server.hostname)
    assert "Fingerprint" in life.certificate
    said = life.run(
        "backup", "backup", "-o", str(life.backup),
        "--passphrase-file", str(life.folder / "passphrase"),
    )  # fmt: skip
    assert "account" in said
    assert life.backup.stat().st_mode & 0o777 == 0o600


def lab_users_add(life: Life) -> int:
    """``selfhost users add anna``, the password on standard input."""
    import subprocess
    import sys

    command = [sys.executable, "-m", "selfhost", "users", "add", "anna", "--password-stdin"]
    command += ["-i", str(life.site.inventory)]
    return subprocess.run(command, input=PASSWORD + "\n", text=True, check=False).returncode


def test_uninstall_leaves_nothing_but_what_was_there(life: Life) -> None:
    life.run("uninstall", "uninstall", "--yes", life.site.server.hostname)
    after = footprint(NAME)
    assert unexplained(life.before, after) == []
    # What the admin installed meanwhile is theirs.
    assert "package less installed" in after
    assert any(line.startswith("user gardener:") for line in after)
    assert any("table inet garden" in line for line in after)


def test_uninstall_again_finds_nothing_to_do(life: Life) -> None:
    life.run("uninstall again", "uninstall", "--yes", life.site.server.hostname)
    assert unexplained(life.before, footprint(NAME)) == []


def test_restore_onto_a_clean_server(life: Life) -> None:
    """Also the fresh installation after an uninstallation. The audit is the command's last step."""
    server = life.site.server
    life.site = Site(server, life.folder / "restored")
    life.run(
        "restore", "restore", str(life.backup), "--host", server.ssh_host, "--user", server.user,
        "--port", str(server.ssh_port), "--identity-file", str(server.key), "--public-address",
        PUBLIC_ADDRESS, "--private-address", server.address, "--accept-new-host-key",
        "--passphrase-file", str(life.folder / "passphrase"),
    )  # fmt: skip
    life.login(server.hostname)
    with pytest.raises(Refused, match="not-authorized"):
        life.login(server.hostname, "another password")
    assert life.shown(server.hostname) == life.certificate
    assert "<p>ours" in on(life.site, "cat /etc/jitsi/meet/imprint.html")
    assert "nothing had to change" in life.run("apply after restore", "apply")


def test_rename(life: Life) -> None:
    old, new = life.site.server.hostname, "talk.example.test"
    settings = life.site.inventory / "group_vars" / "all" / "settings.yml"
    before = settings.read_text()
    life.run("rename", "rename", new, "--yes")
    assert settings.read_text() == before.replace(f"site_domain: {old}", f"site_domain: {new}")
    life.login(new)
    assert "<p>ours" in on(life.site, "cat /etc/jitsi/meet/imprint.html")
    life.run("audit after rename", "audit")
    assert "nothing had to change" in life.run("apply after rename", "apply")
    encoded = old.replace(".", "%2e")
    left = on(
        life.site,
        f"find / -xdev -name '*{old}*' -not -path '/proc/*' -not -path '/var/log/*'; "
        f"ls -d /var/lib/prosody/*{encoded}* 2>/dev/null || :; "
        f"grep -rlF '{old}' /etc /var/cache/debconf /usr/local --exclude=hostname --exclude=hosts "
        "--exclude=mailname --exclude='ssh_host_*_key.pub' || :",  # the machine's own name
    )
    assert left.split() == []


def test_a_rename_to_where_it_is_changes_nothing(life: Life) -> None:
    said = life.run("rename to itself", "rename", "talk.example.test", "--yes", code=2)
    assert "is talk.example.test already" in said
