"""What the lab remembers between two commands: one folder, one id, one file per server."""

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from selfhost.errors import LabError

LABEL = "selfhost.lab"
PREFIX = "selfhost-lab"


def folder() -> Path:
    """``$SELFHOST_LAB_DIR``, or ``selfhost/lab`` in the user's cache; made on first use."""
    given = os.environ.get("SELFHOST_LAB_DIR")
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    path = Path(given) if given else Path(cache) / "selfhost" / "lab"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path.resolve()


def lab_id() -> str:
    """The id that marks everything this folder's lab has made."""
    file = folder() / "id"
    with contextlib.suppress(FileExistsError), file.open("x") as stream:
        stream.write(secrets.token_hex(6))
    return file.read_text("utf-8").strip()


@contextlib.contextmanager
def locked() -> Iterator[None]:
    """One change of the lab at a time; a second command waits for the first."""
    with (folder() / "lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True, slots=True)
class LabServer:
    """A server of the lab. ``address`` is inside the lab's network; ``packages`` says whose
    packages it gets (``jitsi`` or ``stand-in``); paths are absolute."""

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

    def role_variables(self) -> dict[str, object]:
        """What the roles must be told beyond a site's own settings."""
        if self.packages == "jitsi":
            return {}
        return {
            "jitsi_repository_url": self.repository_url,
            "jitsi_repository_key_url": self.repository_key_url,
            "jitsi_repository_key_fingerprint": self.repository_fingerprint,
        }


def servers_folder() -> Path:
    """Where the servers' records, keys and known hosts lie."""
    path = folder() / "servers"
    path.mkdir(exist_ok=True, mode=0o700)
    return path


def save(server: LabServer) -> LabServer:
    """Write a server's record."""
    path = servers_folder() / server.name / "server.json"
    path.parent.mkdir(exist_ok=True, mode=0o700)
    path.write_text(json.dumps(asdict(server), indent=2) + "\n", "utf-8")
    return server


def get(name: str) -> LabServer:
    """A server's record. Raises ``LabError`` when there is none."""
    path = servers_folder() / name / "server.json"
    try:
        return LabServer(**json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        names = ", ".join(server.name for server in list_servers()) or "none"
        raise LabError(
            f"The lab has no server called {name!r}.", hint=f"There are: {names}. `selfhost lab up`"
        ) from None
    except (ValueError, TypeError):
        raise LabError(
            f"The lab's record {path} cannot be read.", hint="`selfhost lab clean` starts anew."
        ) from None


def list_servers() -> tuple[LabServer, ...]:
    """Every server of the lab, by name."""
    names = sorted(path.parent.name for path in servers_folder().glob("*/server.json"))
    return tuple(get(name) for name in names)
