"""The container runtime: found by trying, with limits that this machine can give."""

import functools
import json
import platform
import resource
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from selfhost.errors import LabError
from selfhost.lab import state

COMMAND_TIMEOUT = 300.0


@dataclass(frozen=True, slots=True)
class Runtime:
    """``engine`` is podman or docker; ``options`` stand before the command, ``limits`` belong to
    every container, ``boot_options`` to one that boots systemd."""

    engine: str
    options: tuple[str, ...]
    limits: tuple[str, ...]
    boot_options: tuple[str, ...]

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
        try:
            done = subprocess.run(
                self.command(*arguments), input=stdin, capture_output=True, timeout=timeout
            )
        except subprocess.TimeoutExpired:
            raise LabError(f"{self.engine} {arguments[0]} took over {timeout:.0f} s.") from None
        if check and done.returncode:
            lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
            why = lines[-1] if lines else f"exit code {done.returncode}"
            raise LabError(f"{self.engine} {arguments[0]} failed: {why}")
        return done

    def lines(self, *arguments: str) -> list[str]:
        """The lines that a command prints."""
        return self.call(*arguments).stdout.decode("utf-8", "replace").split("\n")[:-1]


#: Tried from the top: an engine may lower its own hard limit below the machine's.
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
    "--cap-add", "SYS_ADMIN",
    "--security-opt", "seccomp=unconfined",
    "--security-opt", "apparmor=unconfined",
    "--cgroupns=private",
    "--tmpfs", "/run", "--tmpfs", "/run/lock", "--tmpfs", "/tmp",  # noqa: S108
    "-v", "/sys/fs/cgroup/systemd:/sys/fs/cgroup/systemd:rw",
)  # fmt: skip


def candidates() -> list[Runtime]:
    """Every way worth trying, the likeliest first."""
    found = []
    if shutil.which("podman"):
        runtimes = [(), *(("--runtime", r) for r in ("crun", "runc") if shutil.which(r))]
        found += [
            Runtime("podman", runtime, limits(wanted), ("--systemd=always",))
            for runtime in runtimes
            for wanted in WANTED_LIMITS
        ]
    if shutil.which("docker"):
        found += [Runtime("docker", (), limits(w), _DOCKER_SYSTEMD) for w in WANTED_LIMITS]
    return found


def works(runtime: Runtime, image: str) -> str:
    """Boot systemd in a container; what went wrong, or an empty string."""
    name = f"{state.PREFIX}-{state.lab_id()}-trial"
    label = ("--label", f"{state.LABEL}={state.lab_id()}")
    try:
        runtime.call("rm", "-f", name, check=False)
        runtime.call("run", "-d", "--name", name, *label, *runtime.limits, *runtime.boot_options,
                     "--cap-add", "NET_ADMIN", image, "/sbin/init", timeout=60)  # fmt: skip
        for _ in range(40):
            answer = runtime.call(
                "exec", name, "systemctl", "is-system-running", "--wait", check=False, timeout=60
            ).stdout.strip()
            if answer in (b"running", b"degraded"):
                return ""
        return "systemd did not come up"
    except LabError as error:
        return error.message
    finally:
        runtime.call("rm", "-f", name, check=False)


def _fingerprint() -> dict[str, object]:
    return {
        "kernel": platform.release(),
        "limits": limits(WANTED_LIMITS[0]),
        "podman": shutil.which("podman"),
    }


def engine_for_images() -> Runtime:
    """A runtime good enough to import and list images, before one was tried."""
    found = candidates()
    if not found:
        raise LabError(
            "Neither podman nor docker is installed.",
            hint="apt-get install podman runc crun netavark",
        )
    return found[0]


@functools.cache
def find(image: str) -> Runtime:
    """The first runtime that boots ``image``, remembered for this machine.

    Raises ``LabError`` naming what each try said.
    """
    file = state.folder() / "runtime.json"
    fingerprint = json.loads(json.dumps(_fingerprint()))
    if file.exists():
        known = json.loads(file.read_text("utf-8"))
        if known.pop("fingerprint", None) == fingerprint:
            engine, *options = known.values()
            return Runtime(engine, *map(tuple, options))
    engine_for_images()
    tried = []
    for runtime in candidates():
        why = works(runtime, image)
        if not why:
            record = asdict(runtime) | {"fingerprint": fingerprint}
            file.write_text(json.dumps(record) + "\n", "utf-8")
            return runtime
        tried.append(f"{' '.join(runtime.command())}: {why}")
    raise LabError(
        "No container runtime here can boot systemd.",
        hint="; ".join(dict.fromkeys(tried)) or "apt-get install podman runc",
    )


def label_options() -> Sequence[str]:
    """What marks a container, image, network or volume as this lab's own."""
    return ("--label", f"{state.LABEL}={state.lab_id()}")
