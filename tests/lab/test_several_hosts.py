"""A site of four servers: signalling and web, two bridges, TURN. From bare to a bridge removed."""

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from selfhost import lab
from selfhost.lab.inventory import write_site
from selfhost.lab.state import LabServer
from tests.lab.conftest import fresh, selfhost

pytestmark = pytest.mark.nightly
PARTS = {
    "several-meet": "meet.example.test",
    "several-jvb1": "jvb1.example.test",
    "several-jvb2": "jvb2.example.test",
    "several-turn": "turn.example.test",
}


@dataclass(frozen=True)
class Several:
    """The site and its servers by their names in the inventory."""

    inventory: Path
    servers: dict[str, LabServer]

    def selfhost(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command on this site's inventory."""
        return selfhost(*arguments, "-i", str(self.inventory), timeout=3000)

    def tried(self, host: str, *command: str) -> tuple[int, str]:
        """Exit code and output of a command on a server."""
        done = lab.run(self.servers[host].name, list(command))
        return done.returncode, done.stdout.decode()

    def run(self, host: str, *command: str) -> str:
        """What a command says on a server; it must succeed."""
        code, said = self.tried(host, *command)
        assert code == 0, (host, command)
        return said

    def operational(self) -> int:
        """How many bridges jicofo would use."""
        stats = json.loads(self.run("meet.example.test", "curl", "-sf", "127.0.0.1:8888/stats"))
        return int(stats["bridge_selector"]["operational_bridge_count"])

    def becomes(self, bridges: int) -> bool:
        """Whether jicofo comes to use so many: a session that broke off is kept for a while."""
        for _ in range(40):
            if self.operational() == bridges:
                return True
            time.sleep(3)
        return False

    def started(self) -> str:
        """The processes of the signalling host: others after a restart."""
        script = "cat /run/jicofo.pid; systemctl show -p MainPID prosody nginx"
        return self.run("meet.example.test", "sh", "-c", script)

    def accounts(self) -> list[str]:
        """Names of the accounts of the site's own parts."""
        folder = "/var/lib/prosody/auth%2emeet%2eexample%2etest/accounts"
        return sorted(self.run("meet.example.test", "ls", folder).split())


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Several]:
    """Four bare servers, provisioned in one run."""
    servers = {host: fresh(name, hostname=host) for name, host in PARTS.items()}
    meet, jvb1, jvb2, turn = servers.values()
    folder = tmp_path_factory.mktemp("several") / "inventory"
    site = Several(write_site(meet, [jvb1, jvb2], turn, folder), servers)
    done = site.selfhost("apply")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    yield site
    for name in PARTS:
        lab.down(name)


def audit(several: Several) -> dict[str, Any]:
    done = several.selfhost("audit", "--format", "json")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_both_bridges_work_with_accounts_of_their_own(several: Several) -> None:
    assert several.operational() == 2
    assert several.accounts() == [
        "focus.dat",
        "jvb%2djvb1%2eexample%2etest.dat",
        "jvb%2djvb2%2eexample%2etest.dat",
    ]
    for name in ("jvb1", "jvb2"):
        conf = several.run(f"{name}.example.test", "cat", "/etc/jitsi/videobridge/jvb.conf")
        assert f"jvb-{name}.example.test" in conf


def test_a_second_run_changes_nothing_also_with_a_limit(several: Several) -> None:
    again = several.selfhost("apply")
    assert again.returncode == 0, again.stderr
    assert "nothing had to change" in again.stderr
    limited = several.selfhost("apply", "--limit", "jvb2.example.test")
    assert limited.returncode == 0, limited.stderr
    assert "nothing had to change" in limited.stderr


def test_every_host_passes_the_audit_with_all_evidence(several: Several) -> None:
    report = audit(several)
    assert report["verdict"] == {"policy": "pass", "evidence": "complete"}
    assert len(report["targets"]) == 4


def test_every_host_is_fine_and_the_doctor_finds_nothing(several: Several) -> None:
    status = json.loads(several.selfhost("status", "--format", "json").stdout)
    assert {host["host"] for host in status["hosts"]} == set(several.servers)
    wrong = [
        (host["host"], line)
        for host in status["hosts"]
        for line in host["lines"]
        if line["state"] in ("bad", "unknown")
    ]
    assert wrong == []
    done = several.selfhost("doctor", "--format", "json")
    document = json.loads(done.stdout)
    assert (document["diagnoses"], done.returncode) == ([], 0)
    several.run("jvb1.example.test", "systemctl", "stop", "jitsi-videobridge2")
    document = json.loads(several.selfhost("doctor", "--format", "json").stdout)
    several.run("jvb1.example.test", "systemctl", "start", "jitsi-videobridge2")
    assert ("jvb1.example.test", "jitsi-videobridge2-dead") in {
        (found["host"], found["rule"]) for found in document["diagnoses"]
    }
    assert several.becomes(2)


def test_each_host_has_its_own_parts_only(several: Several) -> None:
    packages = {
        host: several.run(host, "dpkg-query", "-W", "-f", "${Package}\n").split()
        for host in several.servers
    }
    for name in ("jvb1.example.test", "jvb2.example.test"):
        assert "jitsi-videobridge2" in packages[name]
        assert not {"prosody", "jicofo", "nginx", "coturn"} & set(packages[name])
    assert "coturn" in packages["turn.example.test"]
    assert not any(p.startswith(("jitsi", "prosody")) for p in packages["turn.example.test"])
    assert "jitsi-videobridge2" not in packages["meet.example.test"]


def test_the_xmpp_server_is_reached_by_bridges_only(several: Several) -> None:
    address = several.servers["meet.example.test"].address
    script = f"import socket; s = socket.socket(); s.settimeout(3); s.connect(({address!r}, 5222))"
    several.run("jvb1.example.test", "runuser", "-u", "jvb", "--", "python3", "-c", script)
    code, _ = several.tried("turn.example.test", "python3", "-c", script)
    assert code != 0


def test_a_wrong_password_and_a_wrong_certificate_are_caught(several: Several) -> None:
    jvb1 = "jvb1.example.test"
    conf = "/etc/jitsi/videobridge/jvb.conf"
    trusted = "/usr/local/share/ca-certificates/auth.meet.example.test.crt"
    for break_it in (
        f"sed -i 's/PASSWORD.*/PASSWORD = \"WrongWrongWrongWrong\"/' {conf}",
        f"rm {trusted}; update-ca-certificates -f",
    ):
        several.run(jvb1, "sh", "-c", f"{break_it}; systemctl restart jitsi-videobridge2")
        assert several.becomes(1), break_it
        mended = several.selfhost("apply", "--limit", jvb1)
        assert mended.returncode == 0, mended.stderr
        assert several.operational() == 2


def test_a_bridge_is_drained_and_removed_and_nobody_else_is_restarted(several: Several) -> None:
    before = several.started()
    listed = several.selfhost("bridge", "list")
    assert listed.stdout.count("in use, carries no meeting") == 2, listed.stderr
    drained = several.selfhost("bridge", "drain", "jvb2.example.test")
    assert drained.returncode == 0, drained.stderr
    assert "draining, carries no meeting" in several.selfhost("bridge", "list").stdout
    removed = several.selfhost("bridge", "remove", "jvb2.example.test")
    assert removed.returncode == 0, removed.stderr
    assert several.operational() == 1
    assert several.accounts() == ["focus.dat", "jvb%2djvb1%2eexample%2etest.dat"]
    assert several.started() == before
    left = several.run("jvb2.example.test", "dpkg-query", "-W", "-f", "${Package}\n").split()
    assert "jitsi-videobridge2" not in left
    # Nor anything else: its packet filter, its sources, its users.
    assert "selfhost" not in several.run("jvb2.example.test", "nft", "list", "tables")
    paths = ("/etc", "/var/lib", "/usr/local", "/var/log")
    search = ["find", *paths, "-xdev", "-iname", "*jitsi*", "-o", "-iname", "*selfhost*"]
    assert several.run("jvb2.example.test", *search).split() == []
    assert several.tried("jvb2.example.test", "id", "jvb")[0] != 0


def test_it_is_added_again_while_the_others_go_on(several: Several) -> None:
    server = several.servers["jvb2.example.test"]
    before = several.started()
    added = several.selfhost(
        *("bridge", "add", "jvb2.example.test", "--host", server.ssh_host),
        *("--port", str(server.ssh_port), "--user", server.user, "--identity-file", server.key),
        *("--public-address", "203.0.113.12", "--private-address", server.address),
    )
    assert added.returncode == 0, added.stderr
    assert several.operational() == 2
    assert several.started() == before
