from collections.abc import Iterator

from selfhost.controls.host_predicates import container_line
from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
)
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.server import Server

SOCKETS = ("/var/run/docker.sock", "/run/docker.sock", "/run/podman/podman.sock")
#: A mount of one of these holds the socket as well.
ABOVE = ("/", "/run", "/var/run", "/run/podman")


def check(server: Server) -> Iterator[Verdict]:
    for container in server.containers:
        for place in container.mounts:
            if place in SOCKETS or (place.rstrip("/") or "/") in ABOVE:
                what = f"the container {container.name} ({container.image}) has {place}"
                yield fail(what, Cited(container.origin))
    yield passed("no container commands the others", *looked_at(server, "host.containers"))


CONTROL = Control(
    id="container-engine-access",
    title="No container commands the container engine",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="host",
    needs=("host.containers",),
    risk="Whoever holds the engine's socket is root on the machine: it reads every container, "
    "and can start a recorder.",
    upstream_default="none; the optional log analyser mounts it",
    fix=Fix(by_hand="Remove the mount of the engine's socket, or the container."),
    references=("jitsi/docker-jitsi-meet: log-analyser.yml",),
    surfaces=("sys-docker-socket",),
    check=check,
    bad=(
        Example(
            {"host.containers": container_line("ui", "x", mounts=["/var/run/docker.sock"])}, at=1
        ),
        Example({"host.containers": container_line("ui", "x", mounts=["/var/run/"])}, at=1),
    ),
    good=(
        Example({"host.containers": container_line("web", "jitsi/web", mounts=["/srv/web"])}),
        Example(
            {"host.containers": container_line("web", "x", mounts=["/srv/docker.sock.d"])},
            note="another place",
        ),
        Example({}, absent=("host.containers",), note="no containers"),
    ),
    unclear=(Example({"host.containers": "nonsense\n"}, note="not understood"),),
)
