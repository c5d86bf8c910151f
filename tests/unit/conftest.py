"""Fixtures of the unit tier: an SSH server in this process, so that no program is needed."""

import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import paramiko
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED


def _make_key(path: Path, passphrase: str = "") -> paramiko.PKey:
    """Write a new ed25519 private key in OpenSSH's format; return it."""
    private = Ed25519PrivateKey.generate()
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        encryption = serialization.BestAvailableEncryption(passphrase.encode())
    path.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.OpenSSH,
            encryption,
        )
    )
    path.chmod(0o600)
    return paramiko.Ed25519Key.from_private_key_file(str(path), passphrase or None)


@dataclass
class SshServer(paramiko.ServerInterface):
    """Lets ``user`` in with the key in ``identity``; runs commands in this machine's shell.

    ``path`` is the PATH of what it runs, so that a test can take programs away or replace them.
    """

    directory: Path
    user: str = "root"
    path: str = os.environ.get("PATH", "")
    connections: int = 0
    commands: list[str] = field(default_factory=list)
    _open: list[tuple[socket.socket, paramiko.Transport]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.identity = self.directory / "identity"
        self._client_key = _make_key(self.identity)
        self.host_key = _make_key(self.directory / "host_key")
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.socket.getsockname()[1])
        self.known_hosts = self.directory / "known_hosts"
        self.known_hosts.write_text(self.line(self.host_key))

    def line(self, key: paramiko.PKey) -> str:
        return f"[127.0.0.1]:{self.port} {key.get_name()} {key.get_base64()}\n"

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            transport = paramiko.Transport(connection)
            self._open.append((connection, transport))
            transport.add_server_key(self.host_key)
            with suppress(paramiko.SSHException, EOFError):
                transport.start_server(server=self, event=threading.Event())

    def close(self) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept()
        self.socket.close()
        for connection, transport in self._open:
            transport.close()
            connection.close()

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        good = username == self.user and key == self._client_key
        return AUTH_SUCCESSFUL if good else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        self.commands.append(command.decode())
        threading.Thread(target=self._run, args=(channel, command), daemon=True).start()
        return True

    def _run(self, channel: paramiko.Channel, command: bytes) -> None:
        with subprocess.Popen(
            ["/bin/sh", "-c", command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PATH": self.path},
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stderr is not None
            outputs = [
                threading.Thread(target=self._copy, args=(process.stdout, channel.sendall)),
                threading.Thread(target=self._copy, args=(process.stderr, channel.sendall_stderr)),
            ]
            for thread in outputs:
                thread.start()
            with suppress(OSError):
                while data := channel.recv(65536):
                    process.stdin.write(data)
            with suppress(OSError):  # what a program that does not read was still to get
                process.stdin.close()
            if channel.closed:
                process.kill()
            for thread in outputs:
                thread.join()
            with suppress(OSError, EOFError, paramiko.SSHException):  # the caller hung up
                channel.send_exit_status(process.wait())
                channel.close()

    @staticmethod
    def _copy(source: object, send: object) -> None:
        with suppress(OSError, EOFError):  # paramiko's word for a caller that hung up
            while data := source.read1(65536):  # type: ignore[attr-defined]
                send(data)  # type: ignore[operator]


@pytest.fixture
def make_key() -> Callable[..., paramiko.PKey]:
    """Writes a new private key to a path, with a passphrase if one is given."""
    return _make_key


@pytest.fixture
def ssh_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SshServer]:
    """A running server; the user's own keys, agent and known hosts are out of sight."""
    (tmp_path / "home" / ".ssh").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    (tmp_path / "ssh").mkdir()
    server = SshServer(tmp_path / "ssh")
    threading.Thread(target=server.serve, daemon=True).start()
    yield server
    server.close()
