"""Servers of the lab: up, down, snapshot, reset, run."""

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from selfhost.errors import LabError
from selfhost.lab import image, network, packages, runtime, state
from selfhost.lab.runtime import Runtime
from selfhost.lab.state import LabServer

USER = "admin"
NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")
BOOT_TIMEOUT = 60.0
Progress = Callable[[str], None]


def quiet(_text: str) -> None:
    """Progress that nobody sees."""


def up(
    name: str = "demo",
    *,
    release: str = "bookworm",
    packages_from: str = "auto",
    hostname: str = "meet.example.test",
    publish: Sequence[str] = (),
    progress: Progress = quiet,
) -> LabServer:
    """Start a server; one that runs is returned as it is.

    Its sshd answers on a port of 127.0.0.1 only. ``publish`` takes container ports such as
    ``443/tcp``, published the same way. Raises ``LabError``.
    """
    if not NAME.fullmatch(name):
        raise LabError(
            f"{name!r} is no name for a server.", hint="Lower-case letters, digits and hyphens."
        )
    with state.locked():
        existing = [server for server in state.list_servers() if server.name == name]
        if existing and is_running(existing[0]):
            return existing[0]
        base = image.ensure(runtime.engine_for_images(), release, progress)
        engine = runtime.find(base)
        choice = packages.choose(packages_from)
        served = packages.Served("", "", "")
        if choice == "stand-in":
            served = packages.serve(engine, base, progress)
        progress(f"starting {name} (Debian {release}, packages: {choice})")
        server = LabServer(
            name=name,
            release=release,
            hostname=hostname,
            container=f"{state.PREFIX}-{state.lab_id()}-{name}",
            address="",
            ssh_host="127.0.0.1",
            ssh_port=0,
            user=USER,
            key=str(_key(name)),
            known_hosts=str(state.servers_folder() / name / "known_hosts"),
            packages=choice,
            repository_url=served.url,
            repository_key_url=served.key_url,
            repository_fingerprint=served.fingerprint,
        )
        return _start(engine, server, base, publish)


def _key(name: str) -> Path:
    key = state.servers_folder() / name / "id_ed25519"
    key.parent.mkdir(exist_ok=True, mode=0o700)
    if not key.exists():
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "selfhost lab", "-f"]
        subprocess.run([*command, str(key)], check=True, stdin=subprocess.DEVNULL)
    return key


def _start(engine: Runtime, server: LabServer, base: str, publish: Sequence[str]) -> LabServer:
    archives = state.folder() / "apt" / server.release
    archives.mkdir(parents=True, exist_ok=True)
    port = str(server.ssh_port) if server.ssh_port else ""
    ports = [f"127.0.0.1:{port}:22", *(f"127.0.0.1::{item}" for item in publish)]
    engine.call("rm", "-f", server.container, check=False)
    engine.call(
        "run", "-d", "--name", server.container, *runtime.label_options(),
        "--hostname", server.hostname, "--network", network.ensure(engine),
        *engine.limits, *engine.boot_options, "--cap-add", "NET_ADMIN",
        "-v", f"{archives}:/var/cache/apt/archives",
        *(option for item in ports for option in ("-p", item)),
        base, "/sbin/init",
    )  # fmt: skip
    _await_boot(engine, server.container)
    _authorise(engine, server)
    mapped = engine.lines("port", server.container, "22/tcp")[0]
    server = replace(
        server,
        address=network.address(engine, server.container),
        ssh_port=int(mapped.rpartition(":")[2]),
    )
    _record_host_key(engine, server)
    return state.save(server)


def _await_boot(engine: Runtime, container: str) -> None:
    """Until systemd has started all it will, and sshd listens."""
    deadline = time.monotonic() + BOOT_TIMEOUT
    while time.monotonic() < deadline:
        done = engine.call("exec", container, "systemctl", "is-system-running", check=False)
        if done.stdout.strip() in (b"running", b"degraded"):
            ssh = engine.call("exec", container, "systemctl", "is-active", "ssh", check=False)
            if ssh.stdout.strip() == b"active":
                return
        time.sleep(0.2)
    failed = engine.call("exec", container, "systemctl", "--failed", "--no-legend", check=False)
    units = failed.stdout.decode("utf-8", "replace").strip()
    raise LabError(f"{container} did not come up in {BOOT_TIMEOUT:.0f} s.", hint=units)


def _authorise(engine: Runtime, server: LabServer) -> None:
    public = Path(f"{server.key}.pub").read_bytes()
    script = f"cat > ~{USER}/.ssh/authorized_keys && chown {USER}: ~{USER}/.ssh/authorized_keys"
    engine.call("exec", "-i", server.container, "sh", "-c", script, stdin=public)


def _record_host_key(engine: Runtime, server: LabServer) -> None:
    """Read from inside the container, so that nothing is trusted on first use."""
    lines = engine.lines("exec", server.container, "cat", "/etc/ssh/ssh_host_ed25519_key.pub")
    kind, key = lines[0].split()[:2]
    entry = f"[{server.ssh_host}]:{server.ssh_port} {kind} {key}\n"
    Path(server.known_hosts).write_text(entry, "utf-8")


def engine_of(server: LabServer) -> Runtime:
    """The runtime that holds a server."""
    return runtime.find(image.tag(server.release))


def is_running(server: LabServer) -> bool:
    """Whether its container runs."""
    done = engine_of(server).call(
        "inspect", "--format", "{{.State.Running}}", server.container, check=False
    )
    return done.stdout.strip() == b"true"


def run(
    name: str,
    command: Sequence[str],
    *,
    stdin: bytes | None = None,
    timeout: float = 300.0,
) -> subprocess.CompletedProcess[bytes]:
    """Run a command as root inside a server; its exit code is the caller's to judge."""
    server = state.get(name)
    options = ["-i"] if stdin is not None else []
    return engine_of(server).call(
        "exec", *options, server.container, *command, stdin=stdin, check=False, timeout=timeout
    )


def ssh_command(server: LabServer) -> list[str]:
    """The command line that logs in to it."""
    return [
        "ssh", "-q", "-i", server.key, "-p", str(server.ssh_port),
        "-o", "IdentitiesOnly=yes", "-o", f"UserKnownHostsFile={server.known_hosts}",
        "-o", "StrictHostKeyChecking=yes", f"{server.user}@{server.ssh_host}",
    ]  # fmt: skip


def _snapshot_tag(server: LabServer, label: str) -> str:
    if not NAME.fullmatch(label):
        raise LabError(f"{label!r} is no name for a snapshot.")
    return f"localhost/{server.container}:{label}"


def snapshot(name: str, label: str) -> None:
    """Keep a server's file system as it is now."""
    server = state.get(name)
    engine = engine_of(server)
    change = ("--change", f"LABEL {state.LABEL}={state.lab_id()}")
    engine.call("commit", "-q", *change, server.container, _snapshot_tag(server, label))


def reset(name: str, label: str = "") -> LabServer:
    """Start a server anew from a snapshot, or from the bare image without one.

    It keeps its name, key, and host keys if the snapshot has them; its port when it is free.
    """
    with state.locked():
        server = state.get(name)
        engine = engine_of(server)
        base = _snapshot_tag(server, label) if label else image.tag(server.release)
        if engine.call("image", "inspect", base, check=False).returncode:
            raise LabError(f"The server {name} has no snapshot {label!r}.")
        return _start(engine, server, base, ())


def down(name: str) -> None:
    """Remove a server with its snapshots and its record."""
    with state.locked():
        server = state.get(name)
        engine = engine_of(server)
        engine.call("rm", "-f", "-v", server.container, check=False)
        for line in engine.lines("images", "--format", "{{.Repository}}:{{.Tag}}"):
            if line.startswith(f"localhost/{server.container}:"):
                engine.call("rmi", "-f", line, check=False)
        shutil.rmtree(state.servers_folder() / name, ignore_errors=True)


def clean(progress: Progress = quiet) -> None:
    """Remove every container, image, network and file of this lab, and nothing else."""
    for engine in runtime.candidates()[:1]:
        mine = f"label={state.LABEL}={state.lab_id()}"
        for container in engine.lines("ps", "-a", "-q", "--filter", mine):
            engine.call("rm", "-f", "-v", container, check=False)
        for item in dict.fromkeys(engine.lines("images", "-q", "--filter", mine)):
            engine.call("rmi", "-f", item, check=False)
        for item in engine.lines("network", "ls", "-q", "--filter", mine):
            engine.call("network", "rm", "-f", item, check=False)
    progress(f"removed {state.folder()}")
    shutil.rmtree(state.folder(), ignore_errors=True)
