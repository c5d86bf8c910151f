import re
from collections.abc import Iterator

from selfhost.controls.docker_predicates import INNER_PORTS, port_parts
from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
    unknown,
)
from selfhost.controls.predicates import LOOPBACK
from selfhost.controls.web_examples import NO_COMPOSE, compose
from selfhost.effective.server import Server
from selfhost.readers.tree import Origin, Unknown

#: The bridge's media over TCP, by the names of upstream's variables.
_MEDIA = re.compile(r"\?JVB_(?:TCP_)?(?:MAPPED_)?PORT")


def check(server: Server) -> Iterator[Verdict]:
    """``[IP:][HOST:]CONTAINER[/PROTOCOL]`` of every service."""
    bad = False
    for service in server.compose.services.values():
        for port in service.ports:
            key = f"services.{service.name}.ports"
            if isinstance(port.value, Unknown):
                bad = True
                yield unknown(f"{key}: {port.value.reason}", Cited.node(key, port))
                continue
            if str(port.value).endswith("/udp"):
                continue  # media: every inner port is one of TCP
            inner, address = port_parts(str(port.value))
            if _MEDIA.fullmatch(inner):
                continue
            if "?" in inner or ("?" in address and inner in INNER_PORTS):
                bad = True
                yield unknown(f"{key}: a variable in it is not set here", Cited.node(key, port))
            elif inner in INNER_PORTS and address not in LOOPBACK:
                bad = True
                yield fail(
                    f"{key}: {INNER_PORTS[inner]} is open on all addresses", Cited.node(key, port)
                )
    if not bad:
        in_cluster = server.evidence.in_scope("kubernetes.manifests")
        source = "kubernetes.manifests" if in_cluster else "docker.compose"
        looked = [Cited(Origin(d.path)) for d in server.documents(source)]
        yield passed("no inner port is published to all", *looked)


CONTROL = Control(
    id="docker-published-ports",
    title="Control ports are published on loopback only",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="docker",
    needs=("docker.compose",),
    risk="Docker opens published ports ahead of the host's firewall. Without "
    "127.0.0.1 in front, the control interfaces of jicofo and bridge, "
    "Prosody's ports or a log database are open to the world.",
    upstream_default="127.0.0.1 for jicofo and bridge",
    fix=Fix(by_hand="Put 127.0.0.1: in front of the port, or remove it."),
    references=("jitsi/docker-jitsi-meet: docker-compose.yml, log-analyser.yml",),
    surfaces=("docker-published-ports",),
    check=check,
    bad=(
        compose(
            "services:\n"
            "  jvb:\n"
            "    image: jitsi/jvb\n"
            "    ports:\n"
            "      - '10000:10000/udp'\n"
            "      - '8080:8080'\n",
            at=6,
        ),
        compose("services:\n  prosody:\n    ports: ['0.0.0.0:5222:5222']\n", at=3),
        compose(
            "services:\n  jicofo:\n    ports:\n      - target: 8888\n        published: 8888\n",
            at=4,
        ),
    ),
    good=(
        compose(
            "services:\n"
            "  jvb:\n"
            "    ports:\n"
            "      - '10000:10000/udp'\n"
            "      - '127.0.0.1:8080:8080'\n"
            "  web:\n"
            "    ports: ['80:8000', '443:8443']\n"
        ),
        compose("services:\n  jicofo:\n    ports:\n      - '[::1]:8888:8888'\n"),
        compose(
            "services:\n  prosody:\n    expose: ['5222']\n", note="exposed to other containers only"
        ),
        compose(
            "services:\n  web:\n    ports: ['${HTTP_PORT}:8000']\n",
            note="the port outside is not known, and of no concern",
        ),
        compose(
            "services:\n  jvb:\n    ports: ['${JVB_PORT}:${JVB_PORT}/udp', '${JVB_TCP_PORT}']\n",
            note="media, whatever its port",
        ),
        NO_COMPOSE,
    ),
    unclear=(
        compose("services:\n  jvb:\n    ports:\n      - '${BIND}:8080:8080'\n"),
        compose("services:\n  jicofo:\n    ports: ['8000:${INNER}']\n", at=3),
    ),
)
