"""Run a playbook: ansible-playbook as a child, its events read live, all of it kept.

Its record is described in :mod:`selfhost.provision.record`.
"""

import contextlib
import os
import re
import selectors
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO, Any

from selfhost.errors import ProvisionError, SelfhostError, TargetError, UsageError
from selfhost.exitcodes import ExitCode
from selfhost.provision import content, failure, unfinished
from selfhost.provision.events import RunState
from selfhost.provision.invocation import Request, command, environment
from selfhost.provision.masking import Masker
from selfhost.provision.preflight import remember_keys
from selfhost.provision.record import events_before, open_record, write_summary
from selfhost.settings.site import Site

_TICK_S = 0.1
_STOP_S = (10.0, 5.0)  # after SIGINT, after SIGTERM
_READ = 65536

Observer = Callable[[RunState, dict[str, Any] | None, bytes], None]
"""Called with the state and: an event, or None; and whole lines that Ansible printed. Called at
least ten times a second, so that a display can tell the time."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run that ended well."""

    state: RunState
    seconds: float
    record: Path


@dataclass(slots=True)
class _Child:
    process: "subprocess.Popen[bytes]"
    events: IO[bytes]
    pending: dict[str, bytes] = field(default_factory=lambda: {"log": b"", "events": b""})

    def close(self) -> None:
        """Close our ends of its pipes."""
        self.events.close()
        if self.process.stdout is not None:
            self.process.stdout.close()


def run_playbook(site: Site, request: Request, observe: Observer) -> Outcome:
    """Run a playbook on a site and wait for it.

    Raises ProvisionError when a task failed, TargetError when a host was not reached,
    UsageError when another run is under way, the playbook or limit does not exist, or a
    server's key is not known. KeyboardInterrupt stops the child and its children first.
    """
    playbook = content.playbooks() / request.playbook
    if not playbook.is_file():
        raise SelfhostError(f"there is no playbook {playbook}")
    remember_keys(site)
    mask = Masker(site.secrets())
    with open_record(site.inventory) as record, _control_directory() as control:
        started = time.time()
        state, code = RunState(), None
        before = events_before(record)
        left = unfinished.pending(before.read_bytes().splitlines()) if before else {}
        try:
            child = _start(site, request, playbook, control, left)
            try:
                with _termination_as_interrupt():
                    _follow(child, state, mask, record, left, observe)
                    code = child.process.wait()
            except BaseException:
                _stop(child.process)
                raise
            finally:
                child.close()
        finally:
            seconds = time.time() - started
            write_summary(record, request, state, started, seconds, code)
        if code != 0:
            raise _error(code, state, mask, record)
        return Outcome(state, seconds, record)


@contextlib.contextmanager
def _control_directory() -> Iterator[Path]:
    """A private directory for SSH's shared connections, short because a socket's path must be.

    On leaving, the connections are told to end: they would stay open for a minute.
    """
    with tempfile.TemporaryDirectory(prefix="selfhost-", dir="/tmp") as name:
        try:
            yield Path(name)
        finally:
            for socket in Path(name).iterdir():
                with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                    subprocess.run(
                        ["ssh", "-o", f"ControlPath={socket}", "-O", "exit", "selfhost"],
                        capture_output=True,
                        timeout=5,
                        check=False,
                    )


def _start(
    site: Site, request: Request, playbook: Path, control: Path, left: unfinished.Pending
) -> _Child:
    reading, writing = os.pipe()
    try:
        process = subprocess.Popen(
            command(site, request, playbook, left),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment(site, control, writing),
            cwd=content.playbooks(),
            pass_fds=(writing,),
            start_new_session=True,  # so that Ctrl-C reaches us alone, and ssh cannot prompt
        )
    except BaseException:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    return _Child(process, os.fdopen(reading, "rb", buffering=0))


def _follow(
    child: _Child,
    state: RunState,
    mask: Masker,
    record: Path,
    left: unfinished.Pending,
    observe: Observer,
) -> None:
    """Read both streams until the child has ended and nothing is left in them."""
    assert child.process.stdout is not None  # noqa: S101 - it was asked for
    with (
        selectors.DefaultSelector() as selector,
        (record / "ansible.log").open("wb", buffering=0) as log,
        (record / "events.jsonl").open("wb", buffering=0) as kept,
    ):
        if left:
            kept.write(unfinished.first_line(left))
        selector.register(child.process.stdout, selectors.EVENT_READ, ("log", log))
        selector.register(child.events, selectors.EVENT_READ, ("events", kept))
        while selector.get_map():
            ready = selector.select(_TICK_S)
            for key, _ in ready:
                name, file = key.data
                data = os.read(key.fd, _READ)
                lines = _whole_lines(child, name, data)
                if lines:
                    lines = mask(lines)
                    file.write(lines)
                    _tell(name, lines, state, observe)
                if not data:
                    selector.unregister(key.fileobj)
            observe(state, None, b"")
            if not ready and child.process.poll() is not None:
                break  # a process left behind may hold the streams open


def _whole_lines(child: _Child, name: str, data: bytes) -> bytes:
    """Complete lines; what is left waits for the rest, so that no secret is cut in two."""
    text = child.pending[name] + data
    whole, newline, rest = text.rpartition(b"\n")
    if not data:
        child.pending[name] = b""
        return text
    child.pending[name] = rest
    return whole + newline


def _tell(name: str, lines: bytes, state: RunState, observe: Observer) -> None:
    if name == "log":
        observe(state, None, lines)
        return
    for line in lines.splitlines():
        if event := state.feed(line):
            observe(state, event, b"")


@contextlib.contextmanager
def _termination_as_interrupt() -> Iterator[None]:
    """Let SIGTERM and a closed terminal end a run as Ctrl-C does, so that nothing is orphaned."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {n: signal.signal(n, _interrupt) for n in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """End the child and all that it started, kindly first."""
    for number, patience in zip((signal.SIGINT, signal.SIGTERM), _STOP_S, strict=True):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        try:
            process.wait(patience)
            break
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            continue
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _error(code: int, state: RunState, mask: Masker, record: Path) -> SelfhostError:
    log = record / "ansible.log"
    if state.failures:
        return failure.told(state.failures, str(log))
    reason = last_error(log.read_text("utf-8", "replace"))
    if re.search(r"leaves us with no hosts|does not match any", reason, re.I):
        return UsageError("--limit names no host of this inventory", hint="see hosts.yml")
    if code == 4:
        return TargetError(f"a host could not be reached: {reason}", hint=f"log: {log}")
    if code < 0 or code > 128:
        number = -code if code < 0 else code - 128
        return ProvisionError(f"ansible-playbook was ended by signal {number}", hint=f"log: {log}")
    if code == 99:
        error = SelfhostError("interrupted")
        error.exit_code = ExitCode.INTERRUPTED
        return error
    return ProvisionError(
        f"ansible-playbook ended with {code} before any task failed: {reason}", hint=f"log: {log}"
    )


def last_error(log: str) -> str:
    """The last error line of Ansible's log, without its decoration; '' when it has none."""
    found = re.findall(r"^(?:\[ERROR\]|ERROR!|fatal)[:!]?\s*(.+)$", log, re.MULTILINE)
    return " ".join(str(found[-1]).split())[:500] if found else ""
