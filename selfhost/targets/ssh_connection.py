"""One SSH connection to a server: known keys only, no prompt, bounded output.

    with connect(Endpoint("203.0.113.10", user="admin", known_hosts=files)) as connection:
        done = connection.run_script(SOURCE, ["--plan", "all"], timeout=60)

A failure to connect, log in or run is a TargetError of one sentence. Nothing is ever asked of
the user, and a host key that is in none of the given files is refused.
"""

import logging
import re
import shlex
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from selfhost.targets import ssh_failure
from selfhost.targets.known_hosts import HostKey, host_name, known_keys

if TYPE_CHECKING:
    import paramiko

CONNECT_SECONDS = 10.0
_MAX_STDERR = 64 * 1024
_CHUNK = 256 * 1024
_WINDOW = 4 * 1024 * 1024
_PACKET = 32 * 1024

_connected: set["paramiko.SSHClient"] = set()

# Reads exactly the program from stdin, so that what follows is left for the program itself.
PYTHON_LOADER = (
    "import sys;n=int(sys.argv.pop(1));"
    "exec(compile(sys.stdin.buffer.read(n),'<selfhost>','exec'),{'__name__':'__main__'})"
)


def user_known_hosts() -> Path:
    """The user's own file, which OpenSSH reads as well."""
    return Path.home() / ".ssh" / "known_hosts"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server is, as whom to log in, and which files hold its key."""

    host: str
    port: int = 22
    user: str = "root"
    identity_file: Path | None = None
    known_hosts: tuple[Path, ...] = field(default_factory=lambda: (user_known_hosts(),))

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.user}@{host}" + ("" if self.port == 22 else f":{self.port}")


class Interpreter(Enum):
    """What runs the program on the server."""

    PYTHON = "python3"
    SHELL = "sh"


@dataclass(frozen=True, slots=True)
class Completed:
    """How a remote program ended. ``stderr`` keeps its first 64 KiB."""

    returncode: int
    stdout: bytes
    stderr: bytes


class Connection:
    """An open, authenticated connection; made by :func:`connect`."""

    def __init__(self, endpoint: Endpoint, transport: "paramiko.Transport") -> None:
        self.endpoint = endpoint
        key = transport.get_remote_server_key()
        self.host_key = HostKey(
            host_name(endpoint.host, endpoint.port), key.get_name(), key.get_base64()
        )
        self._transport = transport

    def run_script(
        self,
        program: bytes,
        argv: Sequence[str] = (),
        *,
        stdin: bytes = b"",
        timeout: float = 60.0,
        max_output: int = 64 * 1024 * 1024,
        interpreter: Interpreter = Interpreter.PYTHON,
        become: bool | None = None,
    ) -> Completed:
        """Run ``program`` on the server through one exec and wait for it.

        The program goes over stdin, so neither its text nor ``stdin`` (what a Python program
        finds on its own standard input) appears in a process list; ``argv`` does. ``become``
        is "through ``sudo -n``"; by default whenever the user is not root. A program's own exit
        code is for the caller to judge.

        Raises TargetError when sudo refuses, no interpreter is there, ``timeout`` (seconds, for
        the whole run) passes, more than ``max_output`` bytes come, or the connection breaks.
        """
        become = self.endpoint.user != "root" if become is None else become
        command = _command(interpreter, len(program), argv)
        if become:
            command = ["sudo", "-n", "--", *command]
        with ssh_failure.as_target_error(self.endpoint):
            done = self._exec(shlex.join(command), program + stdin, timeout, max_output)
        self._judge_start(done, interpreter, become)
        return done

    def _judge_start(self, done: Completed, interpreter: Interpreter, become: bool) -> None:
        """Raise when it was not the program that failed, but what should have started it."""
        from_sudo = become and done.returncode == 1 and done.stderr.startswith(b"sudo:")
        if done.stdout or not (done.returncode == 127 or from_sudo):
            return
        for name in ("sudo", interpreter.value):
            if re.search(rf"\b{name}: (command )?not found".encode(), done.stderr):
                raise ssh_failure.program_missing(self.endpoint, name)
        if from_sudo:
            raise ssh_failure.sudo_refused(self.endpoint, done.stderr)

    def _exec(self, command: str, payload: bytes, timeout: float, max_output: int) -> Completed:
        deadline = time.monotonic() + timeout
        channel = self._transport.open_session(window_size=_WINDOW, timeout=timeout)
        try:
            channel.settimeout(timeout)
            channel.exec_command(command)
            stderr = bytearray()
            helpers = [
                threading.Thread(target=_feed, args=(channel, payload), daemon=True),
                threading.Thread(target=_drain_stderr, args=(channel, stderr), daemon=True),
            ]
            for helper in helpers:
                helper.start()
            stdout = bytearray()
            while True:
                channel.settimeout(max(0.001, deadline - time.monotonic()))
                chunk = channel.recv(_CHUNK)
                if not chunk:
                    break
                stdout += chunk
                if len(stdout) > max_output:
                    raise ssh_failure.too_much_output(self.endpoint, max_output)
            if not channel.status_event.wait(max(0.001, deadline - time.monotonic())):
                raise TimeoutError
            helpers[1].join(max(0.001, deadline - time.monotonic()))
            return Completed(channel.recv_exit_status(), bytes(stdout), bytes(stderr))
        except TimeoutError:
            raise ssh_failure.run_timed_out(self.endpoint, timeout) from None
        finally:
            channel.close()


@contextmanager
def connect(
    endpoint: Endpoint,
    *,
    timeout: float = CONNECT_SECONDS,
    trust_unknown: Callable[[HostKey], bool] | None = None,
) -> Iterator[Connection]:
    """Connect and log in with the identity file, the agent's keys or the default keys.

    ``trust_unknown`` is asked about a host that no file knows; the answer True goes on (the
    caller stores the key). A *changed* key is refused without asking. With an identity file,
    here or in ``~/.ssh/config``, the default keys of ``~/.ssh`` are not tried.

    Raises TargetError: no such host, refused, no answer in ``timeout`` seconds, not an SSH
    server, host key unknown, changed or revoked, login refused, identity file not usable.
    """
    client = _paramiko().SSHClient()
    rule = _HostKeyRule(endpoint, trust_unknown)
    client.set_missing_host_key_policy(rule)
    pkey = _identity(endpoint)
    configured = [] if endpoint.identity_file else _configured_identities(endpoint)
    with ssh_failure.as_target_error(endpoint, timeout):
        sock = socket.create_connection((endpoint.host, endpoint.port), timeout=timeout)
        # Many small writes wait for an answer each: without this, Nagle adds 40 ms to each.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _connected.add(client)
        try:
            client.connect(
                endpoint.host,
                port=endpoint.port,
                username=endpoint.user,
                pkey=pkey,
                key_filename=configured,
                sock=sock,
                look_for_keys=endpoint.identity_file is None and not configured,
                banner_timeout=timeout,
                auth_timeout=timeout,
                timeout=timeout,
                transport_factory=rule.transport,
            )
        except BaseException:
            _closed(client)
            sock.close()
            raise
    try:
        transport = client.get_transport()
        assert transport is not None  # noqa: S101 - connect() has just succeeded
        yield Connection(endpoint, transport)
    finally:
        _closed(client)


def hang_up() -> None:
    """Close every connection, so that nobody goes on waiting for a server's answer."""
    for client in list(_connected):
        client.close()


def _closed(client: "paramiko.SSHClient") -> None:
    client.close()
    _connected.discard(client)


def _command(interpreter: Interpreter, size: int, argv: Sequence[str]) -> list[str]:
    if interpreter is Interpreter.PYTHON:
        return ["python3", "-I", "-c", PYTHON_LOADER, str(size), *argv]
    return ["sh", "-s", "--", *argv]


def _feed(channel: "paramiko.Channel", payload: bytes) -> None:
    try:
        channel.sendall(payload)
        channel.shutdown_write()
    except OSError:
        pass  # the program ended without reading all of it; its exit code tells


def _drain_stderr(channel: "paramiko.Channel", into: bytearray) -> None:
    try:
        while chunk := channel.recv_stderr(_CHUNK):
            into += chunk[: _MAX_STDERR - len(into)]
    except OSError:
        pass


def _identity(endpoint: Endpoint) -> "paramiko.PKey | None":
    """The key of the identity file; None when it is protected and the agent has to provide it."""
    path = endpoint.identity_file
    if path is None:
        return None
    module = _paramiko()
    try:
        key: paramiko.PKey = module.PKey.from_path(path.expanduser())
        return key
    except OSError as error:
        raise ssh_failure.identity_unreadable(path, error.strerror or "unreadable") from None
    except TypeError:  # cryptography's word for "a passphrase is needed"
        if not module.Agent().get_keys():
            raise ssh_failure.identity_locked(path) from None
        return None
    except (ValueError, module.SSHException):
        raise ssh_failure.identity_not_a_key(path) from None


def _configured_identities(endpoint: Endpoint) -> list[str]:
    """The identity files that ``~/.ssh/config`` names for a host, as Ansible's ssh uses them.

    Raises TargetError when it names a proxy, which is not supported here.
    """
    try:
        config = _paramiko().SSHConfig.from_path(Path.home() / ".ssh" / "config")
        found = config.lookup(endpoint.host)
    except Exception:  # a file that is absent or beyond paramiko is no help, and no harm
        return []
    if found.get("proxyjump", found.get("proxycommand", "none")).lower() != "none":
        raise ssh_failure.proxy_not_supported(endpoint)
    return [name for name in found.get("identityfile", []) if Path(name).is_file()]


class _HostKeyRule:
    """Decides about the server's key; stands where paramiko asks about an unknown host.

    The client's own store stays empty, so paramiko asks for every host: its store takes only
    the first key of a type, and knows neither several files nor revoked keys.
    """

    def __init__(self, endpoint: Endpoint, trust_unknown: Callable[[HostKey], bool] | None) -> None:
        self._endpoint = endpoint
        self._trust_unknown = trust_unknown
        self._name = host_name(endpoint.host, endpoint.port)
        self._known = known_keys(self._name, endpoint.known_hosts)

    def transport(self, sock: socket.socket, **options: Any) -> "paramiko.Transport":
        """A transport that asks the server for a key of a known type first, as OpenSSH does."""
        transport: paramiko.Transport = _paramiko().Transport(
            sock, default_window_size=_WINDOW, default_max_packet_size=_PACKET, **options
        )
        security = transport.get_security_options()
        known = {entry.type for entry in self._known if not entry.revoked}
        if "ssh-rsa" in known:
            known |= {"rsa-sha2-512", "rsa-sha2-256"}
        security.key_types = sorted(security.key_types, key=lambda name: name not in known)
        return transport

    def missing_host_key(self, _client: object, _name: str, key: "paramiko.PKey") -> None:
        """Return when the key is trusted, raise TargetError when it is not."""
        offered = HostKey(self._name, key.get_name(), key.get_base64())
        same = [entry for entry in self._known if entry.base64 == offered.base64]
        for entry in same:
            if entry.revoked:
                raise ssh_failure.host_key_revoked(self._endpoint, offered, entry)
        if same:
            return
        trusted = [entry for entry in self._known if not entry.revoked]
        if trusted:
            raise ssh_failure.host_key_changed(self._endpoint, offered, trusted[0])
        if self._trust_unknown is None or not self._trust_unknown(offered):
            raise ssh_failure.host_key_unknown(self._endpoint, offered)


@cache
def _paramiko() -> ModuleType:
    """Import paramiko, without ``invoke``: it is optional there, unused here, half of the time."""
    absent = "invoke" not in sys.modules
    if absent:
        sys.modules["invoke"] = None  # type: ignore[assignment]
    try:
        import paramiko
    finally:
        if absent:
            del sys.modules["invoke"]
    # Its log would show tracebacks of failures that we tell in a sentence.
    logging.getLogger("paramiko").addHandler(logging.NullHandler())
    logging.getLogger("paramiko").propagate = False
    return paramiko
