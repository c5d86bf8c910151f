"""What the lab remembers between two commands: one folder, one id, one record per server."""

import contextlib
import ipaddress
import json
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from selfhost import lock_file, whole_file
from selfhost.errors import LabError

LABEL = "selfhost.lab"
PREFIX = "selfhost-lab"
NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")
REPOSITORY_SUITE = "stable"

Progress = Callable[[str], None]


def quiet(_text: str) -> None:
    """Progress that nobody sees."""


def folder() -> Path:
    """``$SELFHOST_LAB_DIR``, or ``selfhost/lab`` in the user's cache; made on first use.

    Raises ``LabError`` for a folder that holds other things than a lab: ``clean`` empties it.
    """
    given = os.environ.get("SELFHOST_LAB_DIR")
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    path = Path(given) if given else Path(cache) / "selfhost" / "lab"
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        entries = {entry.name for entry in path.iterdir() if not entry.name.startswith("id.")}
    except OSError as error:
        raise LabError(
            f"The lab cannot use the folder {path}: {error.strerror}.",
            hint="SELFHOST_LAB_DIR names another one.",
        ) from None
    if entries and not entries & {"id", "lock"}:
        raise LabError(
            f"The folder {path} is not a lab's: it holds other things.",
            hint="SELFHOST_LAB_DIR must name an empty folder, or one that is not there yet.",
        )
    if "id" not in entries:
        _make_id(path / "id")
    return path.resolve()


def _make_id(file: Path) -> None:
    """Whole or not at all, and only the first of two that try at the same time."""
    with tempfile.NamedTemporaryFile("w", dir=file.parent, prefix="id.", delete=False) as new:
        new.write(secrets.token_hex(6))
    with contextlib.suppress(FileExistsError):
        os.link(new.name, file)
    Path(new.name).unlink()


def lab_id() -> str:
    """The id that marks everything this folder's lab has made."""
    file = folder() / "id"
    found = file.read_text("utf-8").strip()
    if not re.fullmatch(r"[0-9a-f]{12}", found):
        raise LabError(f"{file} does not hold a lab's id.", hint="Remove that folder by hand.")
    return found


def own_name(suffix: str = "") -> str:
    """A name of this lab's for a container, a network or (after ``localhost/``) an image."""
    return f"{PREFIX}-{lab_id()}{suffix}"


def checked_name(name: str, what: str = "server") -> str:
    """The name itself. Raises ``LabError`` when containers and images cannot bear it."""
    if not NAME.fullmatch(name):
        raise LabError(
            f"{name!r} is no name for a {what}.",
            hint="Lower-case letters, digits and hyphens, 32 at most.",
        )
    return name


@contextlib.contextmanager
def locked(progress: Progress = quiet) -> Iterator[None]:
    """One change of the lab at a time; a second command waits for the first."""

    def busy() -> None:
        progress("waiting for another command of this lab to end")

    while True:
        path = folder() / "lock"
        with lock_file.held(path, busy) as handle:
            # `clean` removes the file: whoever waited for that one must take the new one.
            if _is_at(path, handle):
                yield
                return


def _is_at(path: Path, handle: int) -> bool:
    try:
        return os.fstat(handle).st_ino == path.stat().st_ino
    except FileNotFoundError:
        return False


@dataclass(frozen=True, slots=True)
class LabServer:
    """A server of the lab. ``address`` is inside the lab's network, and stays over a reset.

    ``packages`` says whose packages it gets (``jitsi`` or ``stand-in``); paths are absolute;
    ``ports`` maps what was published beyond SSH (``443/tcp``) to ports of ``ssh_host``;
    ``memory`` is a limit as the container engines write it (``2g``), or empty; with ``sandboxes``,
    systemd may make the namespaces that its units ask for.
    """

    name: str
    release: str
    hostname: str
    container: str
    address: str
    ssh_host: str
    ssh_port: int
    user: str
    key: str
    known_hosts: str
    packages: str
    repository_url: str = ""
    repository_key_url: str = ""
    repository_fingerprint: str = ""
    memory: str = ""
    sandboxes: bool = False
    ports: dict[str, int] | None = None

    def role_variables(self) -> dict[str, object]:
        """What the roles must be told beyond a site's own settings."""
        if self.packages == "jitsi":
            return {}
        return {
            "jitsi_repository_url": self.repository_url,
            "jitsi_repository_key_url": self.repository_key_url,
            "jitsi_repository_key_fingerprint": self.repository_fingerprint,
            "jitsi_repository_suite": REPOSITORY_SUITE,
            "jitsi_repository_first_release": "newest",  # its numbers are the lab's own
        }


def servers_folder() -> Path:
    """Where the servers' records and known hosts lie."""
    path = folder() / "servers"
    path.mkdir(exist_ok=True, mode=0o700)
    return path


def server_folder(name: str) -> Path:
    """A server's own part of it."""
    path = servers_folder() / checked_name(name)
    path.mkdir(exist_ok=True, mode=0o700)
    return path


def save(server: LabServer) -> LabServer:
    """Write a server's record."""
    record = json.dumps(asdict(server), indent=2) + "\n"
    whole_file.put(server_folder(server.name) / "server.json", record.encode())
    return server


def get(name: str) -> LabServer:
    """A server's record. Raises ``LabError`` when there is none."""
    path = servers_folder() / checked_name(name) / "server.json"
    known = {field.name for field in fields(LabServer)}
    try:
        record = json.loads(path.read_text("utf-8"))
        return LabServer(**{key: value for key, value in record.items() if key in known})
    except FileNotFoundError:
        names = ", ".join(server.name for server in list_servers())
        raise LabError(
            f"The lab has no server called {name!r}.",
            hint=f"There is: {names}." if names else f"`selfhost lab up {name}` makes it.",
        ) from None
    except (ValueError, TypeError, AttributeError):
        raise LabError(
            f"The lab's record {path} cannot be read.", hint="`selfhost lab clean` starts anew."
        ) from None


def list_servers() -> tuple[LabServer, ...]:
    """Every server of the lab, by name."""
    names = sorted(path.parent.name for path in servers_folder().glob("*/server.json"))
    return tuple(get(name) for name in names)


def free_address(subnet: str, taken: set[str]) -> str:
    """The first address of the lab's network that no server has, from the tenth on.

    The engines give the first ones to containers that ask for none.
    """
    network = ipaddress.ip_network(subnet)
    for host in range(10, min(network.num_addresses, 250)):
        if str(network[host]) not in taken:
            return str(network[host])
    raise LabError("The lab's network is full.", hint="`selfhost lab down` makes room.")
