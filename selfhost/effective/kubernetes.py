"""Kubernetes manifests that run docker-jitsi-meet's images, as variables and services."""

from typing import TYPE_CHECKING

from selfhost.effective.config import Config
from selfhost.effective.seen import OutOfScope, Unseen
from selfhost.readers.compose import ComposeFile, Service
from selfhost.readers.kubernetes import Manifests, read_manifests
from selfhost.readers.tree import Source

if TYPE_CHECKING:
    from selfhost.effective.server import Server

SOURCE = "kubernetes.manifests"


def configs(server: "Server") -> tuple[Config, ...]:
    """One ``Config`` per container that is given variables.

    Raises ``OutOfScope`` where none is, ``Unseen`` where a manifest cannot be read.
    """
    found = tuple(
        Config("docker", container.origin, (container.environment,))
        for container in server.manifests.containers
        if container.environment.root.value or container.environment.root.rest
    )
    if not found:
        raise OutOfScope("no container of these manifests is given variables")
    return found


def services(server: "Server") -> ComposeFile:
    """The containers as services. Raises ``OutOfScope`` where there is none."""
    found = {
        f"{container.name}:{container.origin.line}" if container.name else str(container.origin): (
            Service(
                container.name,
                container.origin,
                image=container.image,
                environment=container.environment,
                ports=container.ports,
            )
        )
        for container in server.manifests.containers
    }
    if not found:
        raise OutOfScope("these manifests run no container")
    return ComposeFile(found)


def manifests(server: "Server") -> Manifests:
    """All that were given, read together. Raises ``Unseen`` where one cannot be read."""
    documents = server.documents(SOURCE)
    read = read_manifests(*(Source(d.path, d.text) for d in documents))
    fatal = next((problem for problem in read.problems if problem.fatal), None)
    if fatal is not None:
        raise Unseen(f"{fatal.origin}: {fatal.message}", documents)
    return read
