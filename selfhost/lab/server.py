"""Servers of the lab: up, down, run."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from selfhost import whole_file
from selfhost.errors import LabError
from selfhost.lab import boot, debs, image, network, owned, recipe, runtime, state
from selfhost.lab import packages as package_source
from selfhost.lab.runtime import Runtime
from selfhost.lab.state import LabServer, Progress

HOSTNAME = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9-]{1,63})*")
MEMORY = re.compile(r"[1-9][0-9]*[bkmg]?")


def up(
    name: str = "demo",
    *,
    release: str = "bookworm",
    packages: str = "auto",
    hostname: str = "meet.example.test",
    publish: Sequence[str] = (),
    memory: str = "",
    sandboxes: bool = False,
    progress: Progress = state.quiet,
) -> LabServer:
    """Start a bare server; one that is there is started if it stands still, and returned.

    Its sshd answers on a port of 127.0.0.1 only. ``publish`` takes ports of the server such as
    ``443/tcp``, published the same way. ``packages`` is one of ``packages.CHOICES``. With
    ``sandboxes``, its systemd shuts services in as on a machine of its own.
    Raises ``LabError``, also when a server of that name was made otherwise.
    """
    state.checked_name(name)
    recipe.check_release(release)
    package_source.check_choice(packages)
    ports = boot.port_specs(publish)
    if not HOSTNAME.fullmatch(hostname):
        raise LabError(f"{hostname!r} is no host name.", hint="Such as meet.example.test.")
    if memory and not MEMORY.fullmatch(memory):
        raise LabError(f"{memory!r} is no amount of memory.", hint="Such as 2g or 1500m.")
    with state.locked(progress):
        existing = [server for server in state.list_servers() if server.name == name]
        if existing and existing[0].container in owned.containers(runtime.known()):
            _check_same(existing[0], release, packages, hostname, ports, memory, sandboxes)
            return _wake(runtime.known(), existing[0], progress)
        engine = runtime.find(
            lambda way: boot.trial(way, lambda: image.ensure(way, release, progress)), progress
        )
        base = image.ensure(engine, release, progress)
        choice = package_source.choose(packages, progress)
        served = package_source.Served()
        if choice == "stand-in":
            served = package_source.serve(engine, lambda: base, progress)
        network.ensure(engine)
        taken = {server.address for server in state.list_servers() if server.name != name}
        progress(f"starting {name} (Debian {release}, packages: {choice})")
        server = LabServer(
            name=name,
            release=release,
            hostname=hostname,
            container=state.own_name(f"-{name}"),
            address=state.free_address(network.subnet(engine), taken),
            ssh_host=boot.SSH_HOST,
            ssh_port=0,
            user=recipe.USER,
            key=str(_key()),
            known_hosts=str(state.server_folder(name) / "known_hosts"),
            packages=choice,
            repository_url=served.url,
            repository_key_url=served.key_url,
            repository_fingerprint=served.fingerprint,
            memory=memory,
            sandboxes=sandboxes,
        )
        return start(engine, server, base, ports, progress)


def _check_same(
    server: LabServer,
    release: str,
    packages: str,
    hostname: str,
    ports: dict[str, int],
    memory: str,
    sandboxes: bool,
) -> None:
    differs = [
        f"{what} {has}"
        for what, has, wanted in (
            ("release", server.release, release),
            ("packages", server.packages, server.packages if packages == "auto" else packages),
            ("host name", server.hostname, hostname),
            ("memory", server.memory or "unlimited", memory or server.memory or "unlimited"),
        )
        if has != wanted
    ]
    if server.ports is not None:
        differs += [f"no port {port}" for port in ports if port not in server.ports]
    if sandboxes and not server.sandboxes:
        differs.append("no sandboxes")
    if differs:
        raise LabError(
            f"The lab has a server {server.name} already, with {', '.join(differs)}.",
            hint=f"`selfhost lab down {server.name}` removes it; or use another name.",
        )


def _key() -> Path:
    """The lab's own key pair."""
    key = state.folder() / "id_ed25519"
    if not key.exists():
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "selfhost-lab", "-f"]
        try:
            subprocess.run(
                [*command, str(key)], check=True, stdin=subprocess.DEVNULL, capture_output=True
            )
        except (OSError, subprocess.CalledProcessError):
            raise LabError(
                f"ssh-keygen did not make the key {key}.", hint="apt-get install openssh-client"
            ) from None
    return key


def archives_of(name: str) -> Path:
    """A server's apt cache, on this machine."""
    return state.server_folder(name) / "archives"


def start(
    engine: Runtime, server: LabServer, base: str, ports: dict[str, int], progress: Progress
) -> LabServer:
    """Make a server's container anew from an image. ``ports`` are those beside SSH's."""
    archives = archives_of(server.name)
    owned.remove_container(engine, server.container)
    debs.keep(archives)
    debs.lend(archives)
    wanted = boot.free_ports({"22/tcp": server.ssh_port, **ports})
    # Recorded before it runs: whatever goes wrong from here on, `down` knows of it.
    state.save(server)
    try:
        boot.run_container(engine, server, base, archives, wanted)
    except LabError:
        owned.remove_container(engine, server.container)
        raise
    return _ready(engine, server, progress)


def _ready(engine: Runtime, server: LabServer, progress: Progress) -> LabServer:
    boot.await_systemd(engine, server.container, progress)
    host_key = boot.prepare(engine, server)
    ports = boot.published(engine, server.container)
    ssh_port = ports.pop("22/tcp")
    server = replace(server, ssh_port=ssh_port, ports=ports)
    known = f"[{server.ssh_host}]:{ssh_port} {host_key}\n"
    whole_file.put(Path(server.known_hosts), known.encode())
    boot.await_ssh(server)
    return state.save(server)


def _wake(engine: Runtime, server: LabServer, progress: Progress) -> LabServer:
    if server.repository_url:
        package_source.serve(
            engine, lambda: image.ensure(engine, server.release, progress), progress
        )
    if boot.is_running(engine, server.container):
        return server if server.ssh_port else _ready(engine, server, progress)
    progress(f"starting {server.name} again")
    engine.call("start", server.container)
    return _ready(engine, server, progress)


def engine_of(server: LabServer) -> Runtime:
    """The engine that holds a server that is there. Raises ``LabError`` when it is gone."""
    engine = runtime.known()
    if server.container not in owned.containers(engine):
        raise LabError(
            f"The container of {server.name} is gone.",
            hint=f"`selfhost lab up {server.name}` makes a new one, `down` forgets it.",
        )
    return engine


def run(
    name: str,
    command: Sequence[str],
    *,
    input: bytes | None = None,
    timeout: float = 300.0,
) -> subprocess.CompletedProcess[bytes]:
    """Run a command as root inside a server; its exit code is the caller's to judge.

    Raises ``LabError`` when there is no such server, when it stands still, or after ``timeout``
    seconds (the command itself goes on inside).
    """
    server = state.get(name)
    engine = runtime.known()
    options = ["-i"] if input is not None else []
    done = engine.call(
        "exec", *options, server.container, *command, stdin=input, check=False, timeout=timeout
    )
    # 125 and above may be the engine's own: only then is it worth asking.
    if done.returncode >= 125 and not boot.is_running(engine_of(server), server.container):
        raise LabError(f"The server {name} stands still.", hint=f"`selfhost lab up {name}`")
    return done


def exec_command(server: LabServer, command: Sequence[str], *, terminal: bool) -> list[str]:
    """The command line that runs a command inside, with this process's own streams."""
    options = ["-i", "-t"] if terminal else ["-i"]
    return engine_of(server).command("exec", *options, server.container, *command)


def ssh_command(server: LabServer) -> list[str]:
    """The command line that logs in to it, whatever the user's own settings for ssh are."""
    return [
        "ssh", "-F", "/dev/null", "-i", server.key, "-p", str(server.ssh_port),
        "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-o", "LogLevel=ERROR",
        "-o", f'UserKnownHostsFile="{server.known_hosts}"', "-o", "GlobalKnownHostsFile=/dev/null",
        "-o", "StrictHostKeyChecking=yes", f"{server.user}@{server.ssh_host}",
    ]  # fmt: skip


def is_running(server: LabServer) -> bool:
    """Whether a server's container runs."""
    return boot.is_running(runtime.known(), server.container)


def down(name: str, *, progress: Progress = state.quiet) -> None:
    """Remove a server with its snapshots and its record; what it downloaded is kept."""
    from selfhost.lab.snapshots import forget

    with state.locked(progress):
        server = state.get(name)
        engine = runtime.known()
        owned.remove_container(engine, server.container)
        forget(engine, name)
        debs.keep(archives_of(name))
        shutil.rmtree(state.server_folder(name), ignore_errors=True)
