"""Programs of the server, run without a shell."""

import os
import re
import selectors
import shutil
import signal
import subprocess
import time
from typing import Any, List, NamedTuple, Tuple

from selfhost.evidence.collector.documents import present
from selfhost.evidence.collector.processes import is_running
from selfhost.evidence.collector.records import Record, document, too_large
from selfhost.evidence.collector.redactor import Redactor

PROGRAMS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_DENIED = re.compile(
    rb"permission denied|operation not permitted|access denied|must be root|not permitted", re.I
)


class Ran(NamedTuple):
    """How a command ended: ``state`` is present, absent, denied, failed or too-large."""

    state: str
    output: bytes
    reason: str


def run(command: List[str], timeout: float, limit: int) -> Ran:
    """Run a program without a shell and without input."""
    program = shutil.which(command[0], path=PROGRAMS)
    if program is None:
        return Ran("absent", b"", "not installed")
    home = "/root" if os.geteuid() == 0 else os.environ.get("HOME", "/")
    try:
        process = subprocess.Popen(
            [program, *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PATH": PROGRAMS, "LC_ALL": "C", "HOME": home, "SYSTEMD_COLORS": "0"},
            cwd="/",
            start_new_session=True,
        )
    except PermissionError:
        return Ran("denied", b"", "permission denied")
    except OSError as error:
        return Ran("failed", b"", error.strerror or "cannot be run")
    try:
        output, errors, ended = _drain(process, time.monotonic() + timeout, limit)
    finally:
        if process.poll() is None:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
    if len(output) > limit:
        return Ran("too-large", b"", too_large(limit))
    if not ended:
        return Ran("failed", b"", "no answer within %g seconds" % timeout)
    if process.returncode == 0:
        return Ran("present", output, "")
    if _DENIED.search(errors):
        return Ran("denied", b"", "permission denied")
    lines = errors.decode("utf-8", "replace").strip().splitlines()
    return Ran("failed", b"", lines[0][:300] if lines else "exit code %d" % process.returncode)


def _drain(process: Any, deadline: float, limit: int) -> Tuple[bytes, bytes, bool]:
    """Standard output up to a byte more than ``limit``, standard error up to 64 KiB."""
    kept = {process.stdout: bytearray(), process.stderr: bytearray()}
    with selectors.DefaultSelector() as waiting:
        for stream in kept:
            waiting.register(stream, selectors.EVENT_READ)
        while waiting.get_map():
            left = deadline - time.monotonic()
            ready = waiting.select(left) if left > 0 else []
            if not ready:
                return bytes(kept[process.stdout]), b"", False
            for entry, _ in ready:
                chunk = os.read(entry.fd, 65536)
                if not chunk:
                    waiting.unregister(entry.fileobj)
                elif entry.fileobj is process.stdout or len(kept[process.stderr]) < 65536:
                    kept[entry.fileobj] += chunk
                if len(kept[process.stdout]) > limit:
                    return bytes(kept[process.stdout]), b"", True
    try:
        process.wait(max(0.01, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return b"", b"", False
    return bytes(kept[process.stdout]), bytes(kept[process.stderr]), True


def run_command(step: Record, redactor: Redactor) -> Record:
    command = list(step["places"])
    source, path = step["name"], "$ " + " ".join(command).replace("\n", "\\n").replace("\t", "\\t")
    if command[0] == "nginx" and shutil.which("nginx", path=PROGRAMS) and not is_running("nginx"):
        reason = "nginx does not run, and asking it would create its pid file"
        return document(source, path, "failed", reason=reason)
    state, output, reason = run(command, step["timeout"], step["max_bytes"])
    if state != "present":
        return document(source, path, state, reason=redactor.text(reason))
    return present(source, path, output, redactor)
