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
from selfhost.readers.facts import Container

#: Each of these is root on the machine, or a look into all that runs there.
POWERS = {
    "ALL": "every power",
    "SYS_ADMIN": "mounts and namespaces",
    "SYS_PTRACE": "the memory of other programs",
    "SYS_MODULE": "the kernel's modules",
    "SYS_RAWIO": "the machine's memory",
    "DAC_READ_SEARCH": "every file",
    "BPF": "programs inside the kernel",
    "PERFMON": "what other programs do",
}
#: Programs with so many UDP ports that they are often given the machine's network.
OF_MEDIA = ("jitsi/jvb", "coturn")


def check(server: Server) -> Iterator[Verdict]:
    for container in server.containers:
        for key, what in _beyond(container):
            yield fail(f"the container {container.name} {what}", Cited(container.origin, key))
    yield passed("no container reaches beyond itself", *looked_at(server, "host.containers"))


def _beyond(container: Container) -> Iterator[tuple[str, str]]:
    if container.privileged:
        yield "privileged", "is privileged: it is root on the machine"
    for name in container.capabilities:
        power = POWERS.get(name.upper().removeprefix("CAP_"))
        if power is not None and not container.privileged:
            yield "capabilities", f"has {name}: {power}"
    if container.processes_of == "host":
        yield "processes_of", "sees all processes of the machine"
    media = any(image in container.image.lower() for image in OF_MEDIA)
    if container.network == "host" and not media:
        yield "network", "has the machine's network: it reaches what listens on loopback"


def line(**more: object) -> dict[str, str]:
    return {"host.containers": container_line("web", "ghcr.io/jitsi/web:stable", "running", **more)}


CONTROL = Control(
    id="container-privileges",
    title="No container reaches beyond itself",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="host",
    needs=("host.containers",),
    risk="A privileged container is root on the machine. With the machine's processes or network "
    "it reads other programs' memory, listens to their traffic, or reaches control interfaces that "
    "listen on loopback because nobody else should.",
    upstream_default="none has more than the engine's default",
    fix=Fix(
        by_hand="Remove privileged, cap_add, pid: host and network_mode: host from the service, "
        "and create the container anew."
    ),
    references=("jitsi/docker-jitsi-meet: docker-compose.yml",),
    surfaces=("sys-docker-socket",),
    check=check,
    bad=(
        Example(line(privileged=True), at=1),
        Example(line(capabilities=["CAP_SYS_ADMIN"]), at=1, note="as podman writes it"),
        Example(line(capabilities=["SYS_PTRACE"]), at=1, note="as docker writes it"),
        Example(line(processes_of="host"), at=1),
        Example(line(network="host"), at=1),
    ),
    good=(
        Example(line(network="meet_default", processes_of="private", capabilities=[])),
        Example(line(capabilities=["NET_BIND_SERVICE"]), note="ports below 1024"),
        Example(line(network="host-lan"), note="a network of that name"),
        Example(
            {"host.containers": container_line("jvb", "ghcr.io/jitsi/jvb:stable", network="host")},
            note="a bridge has many ports",
        ),
        Example({}, absent=("host.containers",), note="no containers"),
    ),
    unclear=(Example({"host.containers": "nonsense\n"}),),
)
