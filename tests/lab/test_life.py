"""A server's life: provisioned, saved, taken away without a trace, brought back, renamed; with its
own watch, which mails, and with the page for participants.

The tests follow each other on one server. ``pytest -s`` shows how long each step took.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from selfhost import lab
from selfhost.attest import keys
from selfhost.lab.inventory import PUBLIC_ADDRESS
from selfhost.page.texts import languages
from tests.lab.bosh import Participant, Refused
from tests.lab.conftest import Site, bare_site
from tests.lab.faults import on
from tests.lab.footprint import footprint, unexplained

pytestmark = pytest.mark.nightly

NAME = "test-life"
PASSWORD = "correct horse battery"
PASSPHRASE = "of the backup, long enough"
#: What the admin of the server had before, and what must be there at the end.
OTHERS = """
apt-get -qq update
echo 'dma dma/mailname string garden.example.test' | debconf-set-selections
DEBIAN_FRONTEND=noninteractive apt-get -qq install dma
useradd --system gardener
nft add table inet garden
mkdir -p /etc/apt/keyrings
printf 'rotate 99\\n' > /etc/logrotate.d/rsyslog
"""
VALID = languages()[0].say("valid")
#: Of the site, beside what an inventory in the lab has.
WATCHED = """---
watch_enabled: true
watch_mail: gardener@localhost
"""
MAILED = "/var/mail/gardener"


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

    def look(self) -> str:
        """The server's own watch looks, and is content; what it told since the last time."""
        on(self.site, "systemctl start selfhost-watch.service")
        code = on(self.site, "systemctl show -p ExecMainStatus --value selfhost-watch.service")
        assert code == "0\n", on(self.site, "journalctl -u selfhost-watch -n 20 --no-pager")
        return on(self.site, f"sleep 2; cat {MAILED} 2>/dev/null || :; rm -f {MAILED}")

    def publish(self) -> None:
        """Of the last audit, a statement and the page."""
        key, passphrase = self.folder / "key", str(self.folder / "passphrase")
        self.run("attest", "attest", "--key", str(key), "--passphrase-file", passphrase)
        self.run("publish", "publish", "--key", f"{key}.pub")
        time.sleep(2)  # nginx's former workers may still answer

    def page(self, domain: str) -> tuple[str, str]:
        """What the server has to say under this name: the page, the line in meetings."""
        ask = f"curl -sk -H 'Host: {domain}' https://127.0.0.1"
        notice = on(self.site, f"{ask}/garden | grep -o '^config.noticeMessage = .*'")
        return on(self.site, f"{ask}/privacy"), notice

    def shown(self, domain: str) -> str:
        """The fingerprint of the certificate that browsers see."""
        command = f"openssl s_client -connect 127.0.0.1:443 -servername {domain} </dev/null"
        return on(self.site, f"{command} 2>/dev/null | openssl x509 -noout -fingerprint -sha256")


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    folder = tmp_path_factory.mktemp("life")
    life = Life(bare_site(NAME, folder, sandboxes=True), folder)
    on(life.site, OTHERS)
    (life.site.inventory / "group_vars" / "all" / "watch.yml").write_text(WATCHED)
    keys.create(folder / "key", PASSPHRASE)
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
    life.run("audit", "audit")
    life.publish()
    page, notice = life.page(life.site.server.hostname)
    assert VALID in page
    assert "Checked on" in notice
    assert "watched from now on, 0 findings" in life.look()
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
    on(life.site, "systemctl start --no-block selfhost-watch.service")
    life.run("uninstall", "uninstall", "--yes", life.site.server.hostname)
    # A look that was ended is told; that mail stays the admin's.
    on(life.site, f"rm -f {MAILED} /var/spool/dma/[MQ]* /var/spool/dma/flush")
    assert "vanished" not in on(life.site, "journalctl -u 'selfhost-*' --no-pager")
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
    assert "watched from now on, 0 findings" in life.look()
    life.publish()
    assert VALID in life.page(server.hostname)[0]


def test_rename(life: Life) -> None:
    old, new = life.site.server.hostname, "talk.example.test"
    settings = life.site.inventory / "group_vars" / "all" / "settings.yml"
    before = settings.read_text()
    life.run("rename", "rename", new, "--yes")
    assert settings.read_text() == before.replace(f"site_domain: {old}", f"site_domain: {new}")
    life.login(new)
    assert "<p>ours" in on(life.site, "cat /etc/jitsi/meet/imprint.html")
    page, notice = life.page(new)
    assert old not in page
    assert VALID not in page
    assert "''" in notice
    assert life.look() == "", "nothing is the worse for it"
    life.run("audit after rename", "audit")
    kept = life.site.inventory / f"statements-{old}.intoto.jsonl"
    assert kept.read_text().strip()
    life.publish()
    page, notice = life.page(new)
    assert VALID in page
    assert old not in page + notice
    assert f"https://{new}/privacy" in notice
    assert f"--name {new} " in on(life.site, "cat /etc/systemd/system/selfhost-watch.service")
    assert "nothing had to change" in life.run("apply after rename", "apply")
    encoded = old.replace(".", "%2e")
    left = on(
        life.site,
        f"find / -xdev -name '*{old}*' -not -path '/proc/*' -not -path '/var/log/*'; "
        f"ls -d /var/lib/prosody/*{encoded}* 2>/dev/null || :; "
        f"grep -rlF '{old}' /etc /var/cache/debconf /usr/local --exclude=hostname --exclude=hosts "
        "--exclude=mailname --exclude='ssh_host_*_key.pub' "  # the machine's own name
        # Its name in the inventory; the program's own examples.
        "--exclude=selfhost-watch.service --exclude-dir=selfhost || :",
    )
    assert left.split() == []


def test_a_rename_to_where_it_is_changes_nothing(life: Life) -> None:
    said = life.run("rename to itself", "rename", "talk.example.test", "--yes", code=2)
    assert "is talk.example.test already" in said
