"""The lab itself: its servers are like a bare VPS, come back as they were, and leave nothing."""

import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import paramiko
import pytest

from selfhost import lab
from selfhost.errors import LabError
from selfhost.lab import network, runtime, state
from selfhost.lab.recipe import RELEASES
from selfhost.lab.state import LabServer

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module", params=RELEASES)
def server(request: pytest.FixtureRequest) -> Iterator[LabServer]:
    """A bare server of each release."""
    name = f"lab-{request.param}"
    yield lab.up(name, release=request.param, packages="stand-in", publish=["443"])
    lab.down(name)


def inside(server: LabServer, script: str) -> str:
    done = lab.run(server.name, ["sh", "-c", script])
    assert done.returncode == 0, done.stderr
    return done.stdout.decode().strip()


def over_ssh(server: LabServer, command: str) -> str:
    with paramiko.SSHClient() as client:
        client.load_host_keys(server.known_hosts)
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        client.connect(
            server.ssh_host,
            server.ssh_port,
            server.user,
            key_filename=server.key,
            allow_agent=False,
            look_for_keys=False,
        )
        return client.exec_command(command)[1].read().decode().strip()


def test_it_is_a_bare_machine_that_an_admin_may_rule(server: LabServer) -> None:
    script = "sudo -n id -u; hostname -f; . /etc/os-release; echo $VERSION_CODENAME"
    assert over_ssh(server, script) == f"0\n{server.hostname}\n{server.release}"
    assert inside(server, "systemctl is-system-running") == "running"
    assert inside(server, "cp -a /etc/hosts /etc/h && mv /etc/h /etc/hosts && sudo -u admin pwd")


def test_nothing_is_published_beyond_this_machine(server: LabServer) -> None:
    lines = runtime.known().lines("port", server.container)
    assert len(lines) == 2
    assert all(" -> 127.0.0.1:" in line for line in lines)
    assert server.ports is not None
    assert set(server.ports) == {"443/tcp"}


def test_the_repository_is_served_and_signed_by_the_key_that_is_named(server: LabServer) -> None:
    script = (
        "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq gpg >&2 &&"
        " cd $(mktemp -d) && python3 -c 'import sys, urllib.request as r;"
        ' [open(u.rsplit("/", 1)[1], "wb").write(r.urlopen(u).read()) for u in sys.argv[1:]]\''
        f" {server.repository_url}/stable/InRelease {server.repository_key_url} &&"
        " gpg -q --import *.key && gpg --status-fd 1 --verify InRelease 2>/dev/null"
    )
    assert f"VALIDSIG {server.repository_fingerprint}" in inside(server, script)


def test_a_reset_brings_the_machine_back_as_it_was(server: LabServer) -> None:
    identity = "cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub"
    unit = "[Service]\\nExecStart=/bin/sleep inf\\n[Install]\\nWantedBy=multi-user.target\\n"
    inside(server, f"printf '{unit}' > /etc/systemd/system/work.service; systemctl enable work")
    before = inside(server, identity)
    lab.snapshot(server.name, "kept")
    inside(server, "touch /root/later; systemctl disable --now work")
    again = lab.reset(server.name, "kept")
    assert again == replace(server, ssh_port=again.ssh_port)
    assert inside(server, identity) == before
    assert inside(server, "systemctl is-active work; ls /root") == "active"
    assert over_ssh(again, "id -un") == server.user
    lab.snapshot(server.name, "kept")
    assert lab.snapshots(server.name) == ("kept",)
    lab.reset(server.name)
    assert inside(server, identity) != before
    assert lab.run(server.name, ["systemctl", "is-active", "work"]).returncode != 0


def test_what_was_downloaded_once_is_not_downloaded_again(server: LabServer) -> None:
    name = f"again-{server.release}"
    script = (
        "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -q hello"
        " && stat -c %U /var/cache/apt/archives/partial"
    )
    lab.up(name, release=server.release, packages="stand-in")
    first = lab.run(name, ["sh", "-c", script]).stdout.decode()
    lab.down(name)
    lab.up(name, release=server.release, packages="stand-in")
    second = lab.run(name, ["sh", "-c", script]).stdout.decode()
    lab.down(name)
    assert "Setting up hello" in first
    assert first.endswith("_apt\n")
    assert "Setting up hello" in second
    assert "Need to get 0 B/" in second


def test_a_server_that_was_stopped_goes_on_where_it_was(server: LabServer) -> None:
    inside(server, "touch /root/kept")
    runtime.known().call("kill", server.container)
    with pytest.raises(LabError):
        lab.run(server.name, ["true"])
    assert lab.up(server.name, release=server.release).name == server.name
    assert inside(server, "ls /root/kept") == "/root/kept"


def test_clean_removes_the_lab_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: LabServer
) -> None:
    engine = runtime.known()
    base = json.loads(engine.call("inspect", server.container).stdout)[0]["Image"]
    monkeypatch.setenv("SELFHOST_LAB_DIR", str(tmp_path / "lab"))
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("empty"))
    (tmp_path / "root.tar").write_bytes(archive.getvalue())
    image = f"localhost/{state.own_name()}:bookworm-0"
    engine.call("import", *runtime.label_change(), str(tmp_path / "root.tar"), image)
    net = network.ensure(engine)
    mine, theirs = state.own_name("-a"), f"theirs-{state.lab_id()}"
    foreign = f"selfhost-lab-foreign-{state.lab_id()}"
    engine.call("create", "--name", mine, *runtime.label_options(), "--network", net, image, "x")
    engine.call("create", "--name", theirs, *runtime.label_options(), base, "true")
    engine.call("create", "--name", foreign, base, "true")
    engine.call("network", "create", foreign)
    try:
        lab.clean()
        names = engine.lines("ps", "-a", "--format", "{{.Names}}")
        assert mine not in names
        assert {theirs, foreign, server.container} <= set(names)
        assert engine.call("image", "inspect", image, check=False).returncode != 0
        networks = engine.lines("network", "ls", "--format", "{{.Name}}")
        assert net not in networks
        assert foreign in networks
        assert not (tmp_path / "lab").exists()
    finally:
        engine.call("rm", "-f", theirs, foreign)
        engine.call("network", "rm", foreign)


def test_two_commands_at_the_same_time_do_not_harm_each_other(server: LabServer) -> None:
    names = [f"{word}-{server.release}" for word in ("one", "two")]
    command = [sys.executable, "-m", "selfhost", "lab", "up", "--packages", "stand-in"]
    children = [subprocess.Popen([*command, "--release", server.release, name]) for name in names]
    assert [child.wait(300) for child in children] == [0, 0]
    one, two = (lab.get(name) for name in names)
    assert one.address != two.address
    assert over_ssh(one, "hostname") == over_ssh(two, "hostname") == one.hostname
    for name in names:
        lab.down(name)
