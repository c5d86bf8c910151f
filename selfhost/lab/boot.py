"""A container becomes a server: systemd up, sshd answering, one key let in, identity on record."""

import json
import shlex
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from selfhost.errors import LabError
from selfhost.lab import network, owned, state
from selfhost.lab.image import BuildError
from selfhost.lab.runtime import UNCONFINED, Runtime, label_options
from selfhost.lab.state import LabServer, Progress

BOOT_TIMEOUT = 90
SSH_TIMEOUT = 15.0
SSH_HOST = "127.0.0.1"

#: One round trip: waits for systemd; prints its state, and what failed.
_WAIT = f"""
end=$(($(date +%s) + {BOOT_TIMEOUT}))
until state=$(timeout {BOOT_TIMEOUT} systemctl is-system-running --wait 2>/dev/null)
  [ "$state" = running ] || [ "$state" = degraded ]
do [ "$(date +%s)" -lt $end ] || break; sleep 0.1; done
echo "$state"
systemctl list-units --state=failed --no-legend --plain | cut -d' ' -f1
[ "$state" = running ] || [ "$state" = degraded ] || systemctl list-jobs --no-legend
"""

#: Lets the key on standard input in, gives the machine its name, prints the host's public key.
_PREPARE = """set -e
cat > ~USER/.ssh/authorized_keys
chown USER: ~USER/.ssh/authorized_keys
grep -qw localhost /etc/hosts || printf '127.0.0.1\\tlocalhost\\n::1\\tlocalhost\\n' >> /etc/hosts
grep -qwF FQDN /etc/hosts || printf '127.0.1.1\\t%s %s\\n' FQDN SHORT >> /etc/hosts
cat /etc/ssh/ssh_host_ed25519_key.pub
"""


def trial(runtime: Runtime, image: Callable[[], str]) -> str:
    """Boot a container as a server would be; what went wrong, or an empty string.

    Raises ``LabError`` when it is the image that cannot be had, whatever the engine.
    """
    name = state.own_name(".trial")
    try:
        runtime.call("version", timeout=60)  # its daemon may not run: the next engine's turn
    except LabError as error:
        return error.message
    try:
        base = image()
    except BuildError as error:
        return error.message
    try:
        owned.remove_container(runtime, name)
        runtime.call(
            "run", "-d", "--name", name, *label_options(), *runtime.limits, *runtime.boot_options,
            "--cap-add", "NET_ADMIN", "--network", network.ensure(runtime),
            "-p", f"{SSH_HOST}::22", base, "/sbin/init", timeout=60,
        )  # fmt: skip
        await_systemd(runtime, name)
    except LabError as error:
        return error.message.partition("failed: ")[2] or error.message
    else:
        return ""
    finally:
        owned.remove_container(runtime, name)


def run_container(
    runtime: Runtime, server: LabServer, image: str, archives: Path, ports: Mapping[str, int]
) -> None:
    """Start a server's container. A port of 0 is for the kernel to choose."""
    published = [f"{SSH_HOST}:{port or ''}:{inside}" for inside, port in ports.items()]
    runtime.call(
        "run", "-d", "--name", server.container, *label_options(),
        "--hostname", server.hostname, "--network", network.ensure(runtime),
        "--ip", server.address, "--mac-address", network.mac(server.address),
        *runtime.limits, *runtime.boot_options, "--cap-add", "NET_ADMIN", "--cap-add", "SYS_PTRACE",
        *(["--memory", server.memory] if server.memory else []),
        *(UNCONFINED if server.sandboxes else ()),
        "-v", f"{archives}:/var/cache/apt/archives",
        *(option for item in published for option in ("-p", item)),
        image, "/sbin/init",
    )  # fmt: skip


def await_systemd(runtime: Runtime, container: str, progress: Progress = state.quiet) -> None:
    """Until systemd has started all it will; units that failed are told, and are no error."""
    done = runtime.call("exec", container, "sh", "-c", _WAIT, check=False, timeout=BOOT_TIMEOUT * 2)
    reached, *rest = done.stdout.decode("utf-8", "replace").strip().splitlines() or [""]
    if reached == "degraded":
        progress(f"failed units: {', '.join(rest)}")
    elif reached != "running":
        raise LabError(
            f"systemd did not come up in {container} ({reached or 'it ended'}).",
            hint="\n".join(rest[:10]) or f"{runtime.engine} logs {container}",
        )


def prepare(runtime: Runtime, server: LabServer) -> str:
    """Authorise the lab's key; the host's public key, read from inside and not from the network."""
    public = Path(f"{server.key}.pub").read_bytes()
    words = {"USER": server.user, "FQDN": server.hostname}
    words["SHORT"] = server.hostname.partition(".")[0]
    script = _PREPARE
    for word, value in words.items():
        script = script.replace(word, shlex.quote(value))
    done = runtime.call("exec", "-i", server.container, "sh", "-c", script, stdin=public)
    kind, key = done.stdout.decode("ascii", "replace").split()[:2]
    return f"{kind} {key}"


def published(runtime: Runtime, container: str) -> dict[str, int]:
    """``22/tcp`` -> the port of 127.0.0.1 that leads there."""
    found = {}
    for line in runtime.lines("port", container):
        inside, _, outside = line.partition(" -> ")
        if outside:
            found[inside.strip()] = int(outside.rpartition(":")[2])
    return found


def is_running(runtime: Runtime, container: str) -> bool:
    """Whether it runs; False too when there is none."""
    key = owned.containers(runtime).get(container)
    if key is None:
        return False
    return bool(json.loads(runtime.call("inspect", key).stdout)[0]["State"]["Running"])


def free_ports(wanted: Mapping[str, int]) -> dict[str, int]:
    """The same ports, with 0 for those that something else has taken since."""
    return {inside: port if _is_free(inside, port) else 0 for inside, port in wanted.items()}


def _is_free(inside: str, port: int) -> bool:
    kind = socket.SOCK_DGRAM if inside.endswith("/udp") else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:  # as the engines bind: past connections do not count
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((SSH_HOST, port))
        except OSError:
            return False
    return True


def await_ssh(server: LabServer) -> None:
    """Until sshd greets on the published port."""
    deadline = time.monotonic() + SSH_TIMEOUT
    while time.monotonic() < deadline:
        try:
            with socket.create_connection((server.ssh_host, server.ssh_port), timeout=2) as stream:
                if stream.recv(4) == b"SSH-":
                    return
        except OSError:
            pass
        time.sleep(0.1)
    raise LabError(
        f"sshd of {server.name} does not answer on {server.ssh_host}:{server.ssh_port}.",
        hint=f"`selfhost lab exec {server.name} -- systemctl status ssh nftables`",
    )


def port_specs(publish: Sequence[str]) -> dict[str, int]:
    """``443``, ``443/tcp``, ``10000/udp`` or ``8443:443/tcp`` -> inside -> port here (0: any).

    Raises ``LabError`` for anything else.
    """
    found = {}
    for text in publish:
        here, colon, inside = text.rpartition(":")
        number, _, kind = inside.partition("/")
        kind = kind or "tcp"
        numbers = [number, here] if colon else [number]
        valid = all(n.isascii() and n.isdigit() and 0 < int(n) < 65536 for n in numbers)
        if kind not in ("tcp", "udp") or not valid:
            raise LabError(f"{text!r} is no port to publish.", hint="443/tcp, 10000/udp, 8443:443")
        if (number, kind) == ("22", "tcp"):
            raise LabError("22/tcp is published in any case.")
        found[f"{int(number)}/{kind}"] = int(here) if colon else 0
    return found
