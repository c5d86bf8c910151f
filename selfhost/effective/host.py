"""What the host says of itself: packages, units, processes, sockets, containers, variables."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from selfhost.effective.config import Config
from selfhost.effective.seen import Unseen
from selfhost.evidence.model import Document
from selfhost.readers import facts
from selfhost.readers.certificates import Certificate, read_certificates
from selfhost.readers.dotenv import read_dotenv
from selfhost.readers.shell_environment import read_shell_environment
from selfhost.readers.tree import Origin, Problem, Source

if TYPE_CHECKING:
    from selfhost.effective.server import Server

T = TypeVar("T")


def _read(
    documents: Sequence[Document],
    reader: Callable[[Source], tuple[tuple[T, ...], tuple[Problem, ...]]],
) -> tuple[T, ...]:
    items: list[T] = []
    for document in documents:
        found, problems = reader(Source(document.path, document.text))
        if problems:
            raise Unseen(f"{problems[0].origin}: {problems[0].message}", (document,))
        items.extend(found)
    return tuple(items)


def packages(server: "Server") -> tuple[facts.Package, ...]:
    """From ``dpkg-query``."""
    return _read(server.documents("host.packages"), facts.read_packages)


def units(server: "Server") -> tuple[facts.Unit, ...]:
    """Loaded units and unit files."""
    documents = server.documents("host.units") + server.documents("host.unit_files")
    return _read(documents, facts.read_units)


def processes(server: "Server") -> tuple[facts.Process, ...]:
    """From ``/proc``."""
    documents = server.documents("host.processes")
    found = _read(documents, facts.read_processes)
    if not found and server.evidence.scope is None:
        raise Unseen("no process was seen, not even the audit's own", documents)
    return found


def sockets(server: "Server") -> tuple[facts.Socket, ...]:
    """From ``/proc/net``."""
    return _read(server.documents("host.sockets"), facts.read_sockets)


def containers(server: "Server") -> tuple[facts.Container, ...]:
    """From docker and podman."""
    return _read(server.documents("host.containers"), facts.read_containers)


def certificates(server: "Server") -> tuple[Certificate, ...]:
    """The first one of each file, which is the server's own."""
    found: list[Certificate] = []
    for document in server.documents("host.certificates"):
        found += _read((document,), read_certificates)[:1]
    return tuple(found)


def listing(server: "Server", source: str) -> tuple[facts.Entry, ...]:
    """Names, types and sizes; no contents."""
    return _read(server.documents(source), facts.read_listing)


def environment(server: "Server", source: str) -> tuple[Config, ...]:
    """One ``Config`` per file, keys flat."""
    read = read_dotenv if source.startswith("docker.") else read_shell_environment
    return tuple(
        Config(source, Origin(d.path), (read(Source(d.path, d.text)),))
        for d in server.documents(source)
    )
