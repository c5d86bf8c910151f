"""The container engine: found by trying, with limits that this machine can give."""

import json
import os
import platform
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from selfhost import whole_file
from selfhost.errors import LabError
from selfhost.lab import state
from selfhost.lab.state import Progress

COMMAND_TIMEOUT = 300.0
ENGINES = ("podman", "docker")
INSTALL = "On Debian and Ubuntu: apt-get install podman runc crun netavark iptables"


@dataclass(frozen=True, slots=True)
class Runtime:
    """``engine`` is podman or docker; ``options`` stand before the command, ``limits`` belong to
    every container, ``boot_options`` to one that boots systemd."""

    engine: str
    options: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    boot_options: tuple[str, ...] = ()

    def command(self, *arguments: str) -> list[str]:
        """A command line of the engine."""
        return [self.engine, *self.options, *arguments]

    def call(
        self,
        *arguments: str,
        check: bool = True,
        stdin: bytes | None = None,
        timeout: float = COMMAND_TIMEOUT,
    ) -> subprocess.CompletedProcess[bytes]:
        """Run it. Raises ``LabError`` with the engine's own last line when it fails."""
        what = f"{self.engine} {arguments[0]}"
        try:
            done = subprocess.run(
                self.command(*arguments), input=stdin or b"", capture_output=True, timeout=timeout
            )
        except subprocess.TimeoutExpired:
            raise LabError(
                f"`{what}` took over {timeout:.0f} s.",
                hint="Is the machine busy, or its disk full?",
            ) from None
        except OSError as error:
            raise LabError(f"`{what}` does not start: {error.strerror}.", hint=INSTALL) from None
        if check and done.returncode:
            raise LabError(f"`{what}` failed: {last_line(done)}")
        return done

    def lines(self, *arguments: str) -> list[str]:
        """The lines that a command prints."""
        return self.call(*arguments).stdout.decode("utf-8", "replace").split("\n")[:-1]

    def __str__(self) -> str:
        words = [self.engine, *(word for word in self.options if not word.startswith("-"))]
        given = [word for word in self.limits if not word.startswith("-")]
        return " ".join(words) + (f" ({', '.join(given)})" if given else "")


def last_line(done: subprocess.CompletedProcess[bytes]) -> str:
    """What a program said at last on standard error."""
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip() if lines else f"exit code {done.returncode}"


#: Tried after the engine's own: an engine may lower its hard limit below the machine's.
WANTED_LIMITS = (65536, 20000, 4096)


def limits(wanted: int) -> tuple[str, ...]:
    """``--ulimit`` options: ``wanted``, or what this machine can give where that is less."""
    options: list[str] = []
    for name, kind in (("nofile", resource.RLIMIT_NOFILE), ("nproc", resource.RLIMIT_NPROC)):
        hard = resource.getrlimit(kind)[1]
        value = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        options += ["--ulimit", f"{name}={value}:{value}"]
    return tuple(options)


_DOCKER_SYSTEMD = (
    "-e", "container=docker",
    "--tmpfs", "/run:exec", "--tmpfs", "/run/lock", "--tmpfs", "/tmp:exec",  # noqa: S108
)  # fmt: skip
#: Lets a server's systemd shut services in as it does on a machine of its own.
UNCONFINED = (
    "--cap-add", "SYS_ADMIN",
    "--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined",
)  # fmt: skip
_V1_SYSTEMD = "/sys/fs/cgroup/systemd"
_V2_BESIDE_V1 = Path("/sys/fs/cgroup/unified")


def _docker_boot_options() -> Iterator[tuple[str, ...]]:
    """From the least privilege to the most."""
    if Path(_V1_SYSTEMD).is_dir():
        mount = ("-v", f"{_V1_SYSTEMD}:{_V1_SYSTEMD}:rw")
        yield (*_DOCKER_SYSTEMD, *UNCONFINED, "--cgroupns=private", *mount)
    else:
        mount = ("-v", "/sys/fs/cgroup:/sys/fs/cgroup:rw")
        yield (*_DOCKER_SYSTEMD, *UNCONFINED, "--cgroupns=host", *mount)
    yield (*_DOCKER_SYSTEMD, "--privileged", "--cgroupns=private")


def candidates() -> Iterator[Runtime]:
    """Every way worth trying, the likeliest first."""
    wanted = tuple(dict.fromkeys([(), *map(limits, WANTED_LIMITS)]))
    boot: tuple[str, ...]
    if shutil.which("podman"):
        # --no-hosts: /etc/hosts is a plain file, as on a VPS, not a mount that none can replace.
        boot = ("--systemd=always", "--no-hosts")
        named = [("--runtime", name) for name in ("crun", "runc") if shutil.which(name)]
        # With both versions of cgroups mounted, crun works only while no controller is left to the
        # second, and that changes with what other containers mount.
        ways = [*reversed(named), ()] if _V2_BESIDE_V1.is_dir() else [(), *named]
        for options in ways:
            yield from (Runtime("podman", options, given, boot) for given in wanted)
    if shutil.which("docker"):
        for boot in _docker_boot_options():
            yield from (Runtime("docker", (), given, boot) for given in wanted)


def _version(program: str) -> str:
    if not shutil.which(program):
        return ""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return "?"
    return done.stdout.decode("utf-8", "replace").partition("\n")[0]


def fingerprint() -> dict[str, object]:
    """What the outcome of the trials depends on."""
    return {
        "kernel": platform.release(),
        "user": os.geteuid(),
        "limits": list(limits(WANTED_LIMITS[0])),
        "cgroups": sorted(path.name for path in Path("/sys/fs").glob("cgroup/*")),
        "versions": [_version(program) for program in (*ENGINES, "crun", "runc")],
    }


def _record() -> tuple[Runtime, object] | None:
    try:
        known = json.loads((state.folder() / "runtime.json").read_text("utf-8"))
        runtime = Runtime(
            known["engine"],
            tuple(known["options"]),
            tuple(known["limits"]),
            tuple(known["boot_options"]),
        )
        return runtime, known["fingerprint"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def known() -> Runtime:
    """The engine that holds this lab's servers. Raises ``LabError`` before the first ``up``."""
    found = _record()
    if found is None:
        raise LabError("This lab has started no server yet.", hint="`selfhost lab up`")
    return found[0]


def find(trial: Callable[[Runtime], str], progress: Progress = state.quiet) -> Runtime:
    """The first way that ``trial`` (which says what went wrong, or nothing) is content with.

    It is remembered until the kernel, a version or a limit changes. Raises ``LabError`` naming
    what each try said.
    """
    now = fingerprint()
    recorded = _record()
    if recorded and recorded[1] == now:
        return recorded[0]
    tried: dict[str, str] = {}
    for runtime in candidates():
        if not tried:
            progress("looking for a container engine that can boot systemd here")
        why = trial(runtime)
        if not why:
            text = json.dumps(asdict(runtime) | {"fingerprint": now}, indent=2) + "\n"
            whole_file.put(state.folder() / "runtime.json", text.encode())
            progress(f"containers run with {runtime}")
            return runtime
        tried.setdefault(f"{runtime.engine} {' '.join(runtime.options)}".strip(), why)
    if not tried:
        raise LabError("Neither podman nor docker is installed.", hint=INSTALL)
    raise LabError(
        "No container engine here can boot systemd.",
        hint="\n".join([*(f"{way}: {why}" for way, why in tried.items()), INSTALL]),
    )


def label_options() -> Sequence[str]:
    """What marks a container or network as this lab's own."""
    return ("--label", f"{state.LABEL}={state.lab_id()}")


def label_change() -> Sequence[str]:
    """The same for an image that is imported or committed."""
    return ("--change", f"LABEL {state.LABEL}={state.lab_id()}")
