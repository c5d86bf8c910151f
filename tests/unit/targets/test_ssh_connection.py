"""The SSH connection: what it runs, what it refuses, and how each failure reads."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from selfhost.errors import TargetError
from selfhost.targets.ssh_connection import Connection, Endpoint, Interpreter, connect
from selfhost.targets.ssh_failure import PrivilegeError, UnknownHostKeyError


def _endpoint(server: Any, **changes: Any) -> Endpoint:
    given = {
        "host": "127.0.0.1",
        "port": server.port,
        "identity_file": server.identity,
        "known_hosts": (server.known_hosts,),
        **changes,
    }
    return Endpoint(**given)


@contextmanager
def _open(server: Any, **changes: Any) -> Iterator[Connection]:
    with connect(_endpoint(server, **changes), timeout=5) as connection:
        yield connection


def _refused(server: Any, **changes: Any) -> TargetError:
    with pytest.raises(TargetError) as caught, _open(server, **changes):
        pass
    return caught.value


def test_runs_a_program_with_arguments_and_its_own_stdin(ssh_server: Any) -> None:
    program = (
        b"import sys\nprint(sys.argv[1:], sys.stdin.read())\n"
        b"print('e', file=sys.stderr)\nsys.exit(3)"
    )
    with _open(ssh_server) as connection:
        done = connection.run_script(program, ["a b", "it's"], stdin=b"data")
    assert (done.returncode, done.stderr) == (3, b"e\n")
    assert done.stdout == b"['a b', \"it's\"] data\n"
    assert ssh_server.connections == 1
    (command,) = ssh_server.commands
    assert "sys.stdin.read()" not in command
    assert "data" not in command


def test_runs_a_shell_script(ssh_server: Any) -> None:
    with _open(ssh_server) as connection:
        done = connection.run_script(b"echo $1-$2", ["x", "y z"], interpreter=Interpreter.SHELL)
    assert done.stdout == b"x-y z\n"


def test_large_output_and_error_do_not_block_each_other(ssh_server: Any) -> None:
    program = b"import sys\nsys.stderr.write('e' * 3000000)\nsys.stdout.write('o' * 3000000)"
    with _open(ssh_server) as connection:
        done = connection.run_script(program)
    assert (len(done.stdout), len(done.stderr)) == (3_000_000, 64 * 1024)


def test_output_and_time_are_bounded(ssh_server: Any) -> None:
    with _open(ssh_server) as connection:
        with pytest.raises(TargetError, match="sent more than 100000 bytes"):
            connection.run_script(b"while True: print('x' * 1000)", max_output=100_000)
        began = time.monotonic()
        with pytest.raises(TargetError, match="did not finish within"):
            connection.run_script(b"import time; time.sleep(9)", timeout=0.3)
        assert time.monotonic() - began < 2


def test_another_user_runs_through_sudo(ssh_server: Any, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    ssh_server.user, ssh_server.path = "admin", str(tools)
    with _open(ssh_server, user="admin") as connection:
        with pytest.raises(TargetError, match="has no sudo"):
            connection.run_script(b"print(1)")
        (tools / "sudo").write_text('#!/bin/sh\nshift 2\nexec "$@"\n')
        (tools / "sudo").chmod(0o755)
        with pytest.raises(TargetError, match="has no python3"):
            connection.run_script(b"print(1)")
        (tools / "sudo").write_text(
            "#!/bin/sh\necho 'sudo: python3: command not found' >&2\nexit 1\n"
        )
        with pytest.raises(TargetError, match="has no python3"):
            connection.run_script(b"print(1)")
        (tools / "sudo").write_text('#!/bin/sh\nshift 2\nexec "$@"\n')
        (tools / "python3").symlink_to(sys.executable)
        assert connection.run_script(b"print(1)").stdout == b"1\n"
        assert ssh_server.commands[-1].startswith("sudo -n -- python3 -I -c ")
        (tools / "sudo").write_text("#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n")
        with pytest.raises(PrivilegeError, match="may not act as root: a password is required"):
            connection.run_script(b"print(1)")
        assert connection.run_script(b"print(2)", become=False).stdout == b"2\n"


def test_an_unknown_host_is_refused_and_shown(ssh_server: Any) -> None:
    ssh_server.known_hosts.write_text("# nothing\n")
    error = _refused(ssh_server)
    assert isinstance(error, UnknownHostKeyError)
    shown = subprocess.run(
        ["ssh-keygen", "-l", "-f", "-"],
        input=ssh_server.line(ssh_server.host_key).split(" ", 1)[1].encode(),
        capture_output=True,
        check=True,
    ).stdout.decode()
    assert error.key.fingerprint in shown
    assert error.key.fingerprint in error.message
    assert error.key.fingerprint in error.hint


def test_the_caller_may_trust_an_unknown_host_but_not_a_changed_one(
    ssh_server: Any, make_key: Any, tmp_path: Path
) -> None:
    asked: list[str] = []

    def yes(key: Any) -> bool:
        asked.append(key.line + "\n")
        return True

    known = ssh_server.known_hosts.read_text()
    ssh_server.known_hosts.write_text("")
    with connect(_endpoint(ssh_server), trust_unknown=yes) as connection:
        assert connection.host_key.line + "\n" == known
    assert asked == [known]
    other = make_key(tmp_path / "other")
    ssh_server.known_hosts.write_text(ssh_server.line(other))
    with (
        pytest.raises(TargetError, match=r"is not the one in .*known_hosts, line 1"),
        connect(_endpoint(ssh_server), trust_unknown=yes),
    ):
        pass
    assert asked == [known]
    ssh_server.known_hosts.write_text(ssh_server.line(other) + known)
    with _open(ssh_server) as connection:  # any of several keys may be presented
        assert connection.host_key.base64 == ssh_server.host_key.get_base64()
    ssh_server.known_hosts.write_text(known + "@revoked " + known)
    assert "is marked @revoked" in _refused(ssh_server).message


def test_hashed_names_are_understood(ssh_server: Any) -> None:
    subprocess.run(
        ["ssh-keygen", "-q", "-H", "-f", ssh_server.known_hosts], check=True, capture_output=True
    )
    assert ssh_server.known_hosts.read_text().startswith("|1|")
    with _open(ssh_server) as connection:
        assert connection.run_script(b"print(1)").stdout == b"1\n"


@pytest.mark.parametrize(
    ("changes", "message", "hint"),
    [
        ({"host": "nosuch.invalid"}, "no such host: nosuch.invalid", "spelling"),
        ({"host": "a..b"}, "no such host: a..b", "spelling"),
        ({"port": 1}, "127.0.0.1 refuses connections on port 1", "--port"),
        ({"user": "somebody"}, "does not accept the key", "check user and key"),
        ({"identity_file": None}, "there is no key to log in as", "--identity-file"),
        ({"identity_file": Path("nowhere")}, "nowhere cannot be read: No such file", "existing"),
    ],
)
def test_each_failure_is_a_sentence(
    ssh_server: Any, changes: dict[str, Any], message: str, hint: str
) -> None:
    error = _refused(ssh_server, **changes)
    assert message in error.message
    assert hint in error.hint
    assert "\n" not in error.message


def test_identity_files_that_cannot_be_used(ssh_server: Any, make_key: Any, tmp_path: Path) -> None:
    make_key(tmp_path / "wrong")
    error = _refused(ssh_server, identity_file=tmp_path / "wrong")
    assert "127.0.0.1 does not accept the key" in error.message
    make_key(tmp_path / "locked", passphrase="secret")
    error = _refused(ssh_server, identity_file=tmp_path / "locked")
    assert "is protected by a passphrase" in error.message
    assert "ssh-add" in error.hint
    (tmp_path / "text").write_text("hello")
    assert "is not a private key" in _refused(ssh_server, identity_file=tmp_path / "text").message


def test_identity_files_of_the_users_ssh_config(ssh_server: Any) -> None:
    config = Path.home() / ".ssh" / "config"
    config.write_text(f"Host 127.0.0.*\n  IdentityFile {ssh_server.identity}\n")
    with _open(ssh_server, identity_file=None) as connection:
        assert connection.run_script(b"print(1)").stdout == b"1\n"
    config.write_text("Host 127.0.0.1\n  ProxyJump elsewhere\n")
    assert "through a proxy" in _refused(ssh_server, identity_file=None).message
    config.write_text("Match nonsense nonsense\n")
    assert "there is no key" in _refused(ssh_server, identity_file=None).message


@pytest.mark.parametrize(
    ("answer", "message"),
    [(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 40, "but not as an SSH server"), (b"", "")],
)
def test_a_server_that_does_not_speak_ssh(ssh_server: Any, answer: bytes, message: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        error = _refused(ssh_server, port=listener.getsockname()[1])
        thread.join()
    assert message in error.message
    assert "Traceback" not in error.message


def test_a_silent_server_times_out(ssh_server: Any) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        pytest.raises(TargetError),
        connect(_endpoint(ssh_server, port=listener.getsockname()[1]), timeout=0.3),
    ):
        pass


def test_importing_paramiko_leaves_the_modules_as_they_were() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from selfhost.targets import ssh_connection as s; "
            "assert 'paramiko' not in sys.modules; s._paramiko(); "
            "assert 'invoke' not in sys.modules; import invoke",
        ],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
