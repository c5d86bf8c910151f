"""What can go wrong with an SSH connection, each in one sentence with a way on."""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from selfhost.errors import TargetError
from selfhost.targets.known_hosts import HostKey, KnownKey

if TYPE_CHECKING:
    from selfhost.targets.ssh_connection import Endpoint


class UnknownHostKeyError(TargetError):
    """No file knows the server's key; ``key`` is what it presented."""

    def __init__(self, message: str, *, hint: str, key: HostKey) -> None:
        super().__init__(message, hint=hint)
        self.key = key


class PrivilegeError(TargetError):
    """Logged in, but not allowed to act as root without a password."""


@contextmanager
def as_target_error(endpoint: "Endpoint", timeout: float = 0) -> Iterator[None]:
    """Turn what the socket and paramiko raise into a TargetError."""
    try:
        yield
    except TargetError:
        raise
    except (socket.gaierror, UnicodeError):
        raise TargetError(
            f"no such host: {endpoint.host}",
            hint="check the spelling, or give the server's address instead of a name",
        ) from None
    except ConnectionRefusedError:
        raise TargetError(
            f"{endpoint.host} refuses connections on port {endpoint.port}",
            hint="is the SSH server running, and is this its port? (--port, or ansible_port)",
        ) from None
    except TimeoutError:
        raise TargetError(
            f"{endpoint.host} port {endpoint.port} did not answer within {timeout:.0f} seconds",
            hint="check the address, that the server is up, and that no firewall drops SSH",
        ) from None
    except Exception as error:
        told = _paramiko_failure(endpoint, error)
        if told is None:
            raise
        raise told from None


def _paramiko_failure(endpoint: "Endpoint", error: Exception) -> TargetError | None:
    import paramiko  # already imported whenever this is reached

    if isinstance(error, paramiko.BadAuthenticationType):
        return TargetError(
            f"{endpoint} does not accept login by key",
            hint="allow PubkeyAuthentication in the server's sshd_config; passwords are not used",
        )
    if isinstance(error, paramiko.AuthenticationException):
        return _login_refused(endpoint)
    if isinstance(error, paramiko.SSHException):
        text = str(error)
        if "No authentication methods available" in text:
            return _login_refused(endpoint, none_offered=True)
        if "banner" in text:
            return TargetError(
                f"{endpoint.host} port {endpoint.port} answers, but not as an SSH server",
                hint="check the port; a server that is very busy or blocks you does this too",
            )
        return TargetError(f"the SSH connection to {endpoint} failed: {_plain(text)}")
    if isinstance(error, EOFError):
        return TargetError(
            f"{endpoint.host} closed the connection",
            hint="it may limit or block logins from here (MaxStartups, fail2ban); wait, try again",
        )
    if isinstance(error, OSError):
        if error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL):
            return TargetError(
                f"there is no route to {endpoint.host}",
                hint="check the address and this machine's network (IPv6 may be missing here)",
            )
        reason = _plain(error.strerror or str(error))
        return TargetError(f"the connection to {endpoint} broke: {reason}")
    return None


def _login_refused(endpoint: "Endpoint", *, none_offered: bool = False) -> TargetError:
    if none_offered:
        return TargetError(
            f"there is no key to log in as {endpoint}",
            hint="name one with --identity-file (ansible_ssh_private_key_file), "
            "or load one with ssh-add",
        )
    offered = f"the key {endpoint.identity_file}" if endpoint.identity_file else "any of your keys"
    return TargetError(
        f"{endpoint.host} does not accept {offered} for user {endpoint.user}",
        hint="check user and key; ssh-copy-id adds a key to a server you can log in to",
    )


def host_key_unknown(endpoint: "Endpoint", key: HostKey) -> UnknownHostKeyError:
    """Refuse a host that no file knows, and show what it presented."""
    return UnknownHostKeyError(
        f"the host key of {key.name} is unknown ({key.type} {key.fingerprint})",
        hint="compare the fingerprint with the one your provider or the server's console shows, "
        f"then run: selfhost check --host-key-fingerprint {key.fingerprint}",
        key=key,
    )


def host_key_changed(endpoint: "Endpoint", key: HostKey, known: KnownKey) -> TargetError:
    """Refuse a host that presents another key than before."""
    return TargetError(
        f"the host key of {key.name} is not the one in {known.path}, line {known.line} "
        f"(now {key.type} {key.fingerprint}): this may be an attack",
        hint="if the server was installed anew, remove the old key: "
        f"ssh-keygen -f {known.path} -R '{key.name}'",
    )


def host_key_revoked(endpoint: "Endpoint", key: HostKey, known: KnownKey) -> TargetError:
    """Refuse a key that the user has marked as revoked."""
    return TargetError(
        f"the host key of {key.name} is marked @revoked in {known.path}, line {known.line}",
        hint="do not connect; give the server a new host key first",
    )


def identity_unreadable(path: Path, reason: str) -> TargetError:
    """The identity file is missing or denied."""
    return TargetError(
        f"the identity file {path} cannot be read: {reason}",
        hint="name an existing private key with --identity-file (ansible_ssh_private_key_file)",
    )


def identity_locked(path: Path) -> TargetError:
    """The identity file needs a passphrase, and nothing is ever asked."""
    return TargetError(
        f"the identity file {path} is protected by a passphrase and no agent is running",
        hint=f"load it once: eval $(ssh-agent) && ssh-add {path}",
    )


def identity_not_a_key(path: Path) -> TargetError:
    """The identity file is something else."""
    return TargetError(
        f"{path} is not a private key",
        hint="name the file without .pub, in OpenSSH or PEM format",
    )


def proxy_not_supported(endpoint: "Endpoint") -> TargetError:
    """``~/.ssh/config`` leads to the host through another one."""
    return TargetError(
        f"~/.ssh/config reaches {endpoint.host} through a proxy, which is not supported yet",
        hint="run this on the jump host, or forward a port: ssh -L 2222:HOST:22 JUMPHOST",
    )


def sudo_refused(endpoint: "Endpoint", stderr: bytes) -> PrivilegeError:
    """Sudo wants a password or does not know the user."""
    reason = _plain(stderr.decode("utf-8", "replace").split("\n")[0].removeprefix("sudo:"))
    return PrivilegeError(
        f"{endpoint} may not act as root: {reason}",
        hint="log in as root, or let the user run sudo without a password (NOPASSWD)",
    )


def program_missing(endpoint: "Endpoint", program: str) -> TargetError:
    """The server lacks what should run the program."""
    return TargetError(
        f"{endpoint.host} has no {program}",
        hint=f"install it there: apt-get install {program}",
    )


def run_timed_out(endpoint: "Endpoint", timeout: float) -> TargetError:
    """The program did not end in time."""
    return TargetError(
        f"{endpoint.host} did not finish within {timeout:.0f} seconds",
        hint="the server may be overloaded; try again",
    )


def too_much_output(endpoint: "Endpoint", limit: int) -> TargetError:
    """The server sends more than it was asked for."""
    return TargetError(f"{endpoint.host} sent more than {limit} bytes and was cut off")


def _plain(text: str, limit: int = 200) -> str:
    """Text of the other side, without control characters and not endless."""
    kept = "".join(c if c.isprintable() else " " for c in text).strip()
    return kept if len(kept) <= limit else kept[:limit] + "…"
