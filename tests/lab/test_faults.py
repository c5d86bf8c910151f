"""Trouble in the middle of a run: one clear message, and the next run mends it.

``docs/faults.md`` says what an administrator sees of each.
"""

import json
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from selfhost import lab
from selfhost.lab import runtime
from selfhost.provision import content
from tests.lab import faults
from tests.lab.conftest import Site

PLAYBOOK = yaml.safe_load((content.playbooks() / "site.yml").read_text(encoding="utf-8"))[0]
#: In the order of their turns.
ROLES = [entry["role"] for entry in PLAYBOOK["roles"] if entry["role"] != "site"]
#: A package without files of its own; what is missing makes apt ask the package server.
MISSING = "dpkg --remove --force-depends jitsi-meet >/dev/null"

NIGHTLY = pytest.mark.nightly


@pytest.fixture
def troubled(site: Site) -> Iterator[Site]:
    """The provisioned server, put back afterwards whatever was done to it."""
    yield site
    faults.no_settings(site)
    site.reset()


def converges(site: Site) -> None:
    """A run mends all, one more changes nothing, and the audit has nothing to say."""
    done = site.selfhost("apply")
    assert done.returncode == 0, done.stderr
    again = site.selfhost("apply")
    assert "nothing had to change" in again.stderr, faults.changed(site)
    results = json.loads(site.selfhost("audit", "--format", "json").stdout)["results"]
    assert [r["message"] for r in results if r["status"] in ("fail", "unknown")] == []


def told(site: Site, *options: str) -> str:
    """The error of a run that fails: what, where and how to mend, and nothing of Python."""
    done = site.selfhost("apply", *options)
    assert done.returncode == 1, done.stderr
    assert sum(line.startswith("error: ") for line in done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stdout + done.stderr
    error = done.stderr.partition("\nerror: ")[2]
    assert "failed on meet.example.test: " in error
    assert "\n  hint: " in error
    return error


def since(site: Site, unit: str) -> str:
    return faults.on(site, f"systemctl show -P ActiveEnterTimestampMonotonic {unit}")


def test_a_service_reads_what_a_killed_run_has_written(troubled: Site) -> None:
    faults.on(troubled, "sed -i 's/^realm=.*/realm=old/' /etc/turnserver.conf")
    before = since(troubled, "coturn")
    done = faults.applied_until(
        troubled, "--tags", "turn,privacy", reached=faults.begins("privacy"), act=faults.kill
    )
    assert done.returncode == 1
    assert "ended by signal 9" in done.stderr
    assert "realm=meet" in faults.on(troubled, "cat /etc/turnserver.conf")
    assert since(troubled, "coturn") == before
    again = troubled.selfhost("apply", "--tags", "turn,privacy")
    assert again.returncode == 0, again.stderr
    assert since(troubled, "coturn") != before
    assert "nothing had to change" in troubled.selfhost("apply", "--tags", "turn").stderr


@NIGHTLY
def test_a_service_reads_it_also_where_the_record_of_that_run_is_lost(troubled: Site) -> None:
    def changed(unit: str) -> str:
        return faults.on(troubled, f"systemctl show -P StateChangeTimestampMonotonic {unit}")

    faults.on(
        troubled,
        "sleep 1; sed -i 's/^realm=.*/realm=old/' /etc/turnserver.conf;"
        " touch /etc/nginx/snippets/selfhost-log.conf /etc/jitsi/jicofo/jicofo.conf;"
        " touch /etc/jitsi/videobridge/jvb.conf; systemctl restart jitsi-videobridge2",
    )
    units = ("coturn", "nginx", "jicofo", "jitsi-videobridge2", "prosody")
    faults.applied_until(
        troubled, "--tags", "turn,privacy", reached=faults.begins("privacy"), act=faults.kill
    )
    before = {unit: changed(unit) for unit in units}
    shutil.rmtree(troubled.inventory / "runs")
    done = troubled.selfhost("apply")
    assert done.returncode == 0, done.stderr
    assert [unit for unit in units if changed(unit) != before[unit]] == list(units[:3])
    assert "nothing had to change" in troubled.selfhost("apply").stderr


def test_a_package_that_is_only_unpacked_is_configured(troubled: Site) -> None:
    faults.on(
        troubled,
        "cd /tmp; apt-get update -qq; apt-get download -q jicofo >/dev/null; systemctl stop jicofo;"
        " dpkg --unpack jicofo_*.deb >/dev/null; rm jicofo_*.deb",
    )
    assert "unpacked" in faults.on(troubled, "dpkg-query -W -f '${db:Status-Status}' jicofo")
    done = troubled.selfhost("apply", "--tags", "jicofo,jitsi_repository")
    assert done.returncode == 0, done.stderr
    assert "installed" in faults.on(troubled, "dpkg-query -W -f '${db:Status-Status}' jicofo")
    assert faults.on(troubled, "systemctl is-active jicofo").strip() == "active"


REPOSITORY = {"jitsi_repository_url": "http://127.0.0.1:8099"}


@pytest.mark.parametrize(
    ("mode", "says"),
    [
        ("page", "sign-in page"),
        pytest.param("noise", "sign-in page", marks=NIGHTLY),
        pytest.param("nothing", "no such repository", marks=NIGHTLY),
        pytest.param("silence", "does not reach", marks=NIGHTLY),
        pytest.param("", "does not reach", marks=NIGHTLY),
    ],
)
def test_a_package_server_that_answers_nonsense(troubled: Site, mode: str, says: str) -> None:
    faults.on(troubled, MISSING)
    if mode:
        faults.serve(troubled, mode)
    faults.settings(troubled, **REPOSITORY)
    error = told(troubled, "--tags", "jitsi_repository")
    assert says in error
    assert "127.0.0.1:8099" in error


def test_packages_signed_by_another_key(troubled: Site, tmp_path: Path) -> None:
    listed, _key, _fingerprint = faults.signed_list(tmp_path, -60)
    faults.on(troubled, MISSING)
    faults.put(troubled, "/root/InRelease", listed)
    faults.serve(troubled, "signed")
    faults.settings(troubled, **REPOSITORY)
    error = told(troubled, "--tags", "jitsi_repository")
    assert "not signed by the key that is expected" in error
    assert "127.0.0.1:8099" in error


@pytest.mark.nightly
def test_packages_from_tomorrow(troubled: Site, tmp_path: Path) -> None:
    """To apt, a package server whose clock is ahead and a server whose clock is behind are one."""
    listed, key, fingerprint = faults.signed_list(tmp_path, 86400)
    faults.on(troubled, MISSING)
    faults.put(troubled, "/root/InRelease", listed)
    faults.put(troubled, "/etc/apt/keyrings/selfhost-jitsi.asc", key.encode())
    faults.serve(troubled, "signed")
    faults.settings(troubled, **REPOSITORY, jitsi_repository_key_fingerprint=fingerprint)
    assert "clock" in told(troubled, "--tags", "jitsi_repository")


def test_no_secret_is_left_where_others_read(site: Site) -> None:
    """After a first run: logs of the server and of this machine, and files open to all."""
    look = (
        "{ find /etc /home /opt /run /srv /tmp /var -xdev -type f -perm /o=r -print0"
        " | xargs -0 grep -lF SECRET; grep -rlF SECRET /var/log;"
        " journalctl --no-pager -o cat | grep -F SECRET; } 2>/dev/null || true"
    )
    kept = [p for p in (site.inventory / "runs").rglob("*") if p.is_file()]
    assert len(kept) > 2
    found = faults.secrets(site)
    assert len(found) >= 3
    for name, secret in found.items():
        assert faults.on(site, look.replace("SECRET", secret)).split() == [], name
        assert [p for p in kept if secret.encode() in p.read_bytes()] == [], name


@pytest.mark.nightly
def test_killed_at_every_role_in_turn_from_a_bare_server(tmp_path: Path) -> None:
    """One run after another is killed where the next role begins; the last one goes through.
    Meanwhile no process of either side has a secret among its arguments."""
    from selfhost.lab.inventory import write_inventory

    name = "test-killed"
    seen: set[str] = set()
    ended = threading.Event()
    try:
        server = lab.up(name)
        site = Site(server, write_inventory(server, tmp_path / "inventory"))
        secrets = faults.secrets(site)

        def watch() -> None:
            while not ended.wait(0.25):
                for line in faults.command_lines():
                    seen.update(n for n, secret in secrets.items() if secret.encode() in line)

        watcher = threading.Thread(target=watch)
        watcher.start()
        for role in ROLES:
            done = faults.applied_until(site, reached=faults.begins(role), act=faults.kill)
            assert done.returncode == 1, (role, done.stderr)
            assert "Traceback" not in done.stderr
        converges(site)
        ended.set()
        watcher.join()
        assert seen == set()
        test_no_secret_is_left_where_others_read(site)
    finally:
        ended.set()
        lab.down(name)


@pytest.mark.nightly
def test_another_package_manager_at_work(troubled: Site) -> None:
    faults.on(
        troubled,
        f"{MISSING}; systemd-run -q --unit=fault python3 -c 'import fcntl, time\n"
        'f = open("/var/lib/dpkg/lock-frontend", "w"); fcntl.lockf(f, fcntl.LOCK_EX)\n'
        "time.sleep(600)'; sleep 1",
    )
    assert "another apt runs" in told(troubled, "--tags", "jitsi_repository")
    faults.on(troubled, "systemctl stop fault")
    converges(troubled)


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("folder", "role"), [("/var/lib/apt/lists", "jitsi_repository"), ("/etc/nginx/snippets", "web")]
)
def test_a_full_disk(troubled: Site, folder: str, role: str) -> None:
    if role == "jitsi_repository":
        faults.on(troubled, MISSING)
    faults.mounting(troubled, f"mount -t tmpfs -o size=4k,mode=0755 fault {folder}")
    faults.on(troubled, f"head -c 65536 /dev/zero > {folder}/filler 2>/dev/null || true")
    assert "free disk space" in told(troubled, "--tags", role)
    faults.mounting(troubled, f"umount {folder}")
    converges(troubled)


@pytest.mark.nightly
def test_the_network_goes_in_the_middle(troubled: Site) -> None:
    faults.on(troubled, "sed -i 's/^realm=.*/realm=old/' /etc/turnserver.conf")

    def cut(child: int) -> None:
        faults.on(
            troubled,
            "nft 'add table inet fault; add chain inet fault c { type filter hook input priority"
            " -300; policy accept; }; add rule inet fault c iifname != lo drop'",
        )

    done = faults.applied_until(troubled, reached=faults.begins("privacy"), act=cut)
    assert done.returncode == 3, done.stderr
    assert "could not be reached" in done.stderr
    faults.on(troubled, "nft delete table inet fault")
    converges(troubled)
    assert "realm=meet" in faults.on(troubled, "cat /etc/turnserver.conf")


@pytest.mark.nightly
def test_the_server_restarts_in_the_middle(troubled: Site) -> None:
    faults.on(troubled, f"{MISSING}; sed -i 's/^realm=.*/realm=old/' /etc/turnserver.conf")

    def restart(child: int) -> None:
        runtime.known().call("restart", "--time", "0", troubled.server.container, timeout=120)

    done = faults.applied_until(troubled, reached=faults.begins("privacy"), act=restart)
    assert done.returncode in (1, 3), done.stderr
    assert "Traceback" not in done.stderr
    for _ in range(60):
        if troubled.selfhost("check").returncode == 0:
            break
        time.sleep(1)
    converges(troubled)
