from collections.abc import Iterator

from selfhost.controls.docker_predicates import INNER_PORTS, port_parts
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
from selfhost.controls.predicates import LOOPBACK
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.server import Server

#: Images of a deployment; another program's port of the same number is its own business.
IMAGES = ("jitsi", "jvb", "etherpad", "excalidraw", "grafana", "loki", "prometheus", "rtcstats")


def check(server: Server) -> Iterator[Verdict]:
    for container in server.containers:
        if not any(image in container.image.lower() for image in IMAGES):
            continue
        for port in container.ports:
            inner, address = port_parts(port)
            if inner in INNER_PORTS and address not in LOOPBACK:
                what = (
                    f"{INNER_PORTS[inner]} of the container {container.name} is open on {address}"
                )
                yield fail(what, Cited(container.origin, "ports"))
    yield passed("no inner port is published to all", *looked_at(server, "host.containers"))


def line(image: str, *ports: str) -> dict[str, str]:
    return {"host.containers": container_line("one", image, ports=list(ports))}


CONTROL = Control(
    id="container-published-ports",
    title="No running container opens a control port to all",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="host",
    needs=("host.containers",),
    risk="Docker opens published ports ahead of the host's firewall. The control interfaces of "
    "jicofo and bridge, Prosody's ports or a log database are then open to the world.",
    upstream_default="127.0.0.1 for jicofo and bridge",
    fix=Fix(
        by_hand="Put 127.0.0.1: in front of the port in the Compose file, or remove it, and create "
        "the container anew."
    ),
    references=("jitsi/docker-jitsi-meet: docker-compose.yml, log-analyser.yml",),
    surfaces=("docker-published-ports",),
    check=check,
    bad=(
        Example(line("ghcr.io/jitsi/jvb:stable", "0.0.0.0:8080:8080/tcp"), at=1),
        Example(line("jitsi/prosody", "[::]:15222:5222/tcp"), at=1, note="under another number"),
        Example(line("jitsi/jicofo", "127.0.0.1:8888:8888/tcp", "203.0.113.9:8888:8888/tcp"), at=1),
    ),
    good=(
        Example(
            line("ghcr.io/jitsi/jvb:stable", "127.0.0.1:8080:8080/tcp", "0.0.0.0:10000:10000/udp")
        ),
        Example(line("jitsi/jicofo", "[::1]:8888:8888/tcp")),
        Example(line("ghcr.io/jitsi/web:stable", "0.0.0.0:443:8443/tcp")),
        Example(line("gitea/gitea", "0.0.0.0:3000:3000/tcp"), note="another program"),
        Example({}, absent=("host.containers",), note="no containers"),
    ),
    unclear=(Example({"host.containers": "nonsense\n"}),),
)
