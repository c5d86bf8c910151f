from collections.abc import Iterator

from selfhost.controls.docker_predicates import own_stun
from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    passed,
)
from selfhost.controls.web_examples import NO_ENV, env
from selfhost.effective.server import Server
from selfhost.evidence.model import State
from selfhost.readers.javascript import read_client_config
from selfhost.readers.tree import Source

FALLBACK = "the library then uses meet-jit-si-turnrelay.jitsi.net"


def check(server: Server) -> Iterator[Verdict]:
    """The variable, unless the administrator's own file sets the list."""
    deployments = server.docker
    for document in server.evidence.of("web.config") if deployments else ():
        if not document.path.endswith("custom-config.js") or document.state is not State.PRESENT:
            continue
        # The image appends the file to a config.js that has this section.
        before = Source(document.path, "var config = { p2p: {} };")
        tree = read_client_config([before, Source(document.path, document.text)])
        node = tree.get("p2p.stunServers")
        if node is not None and isinstance(node.value, list | tuple):
            yield passed("custom-config.js sets the list", Cited.node("p2p.stunServers", node))
            return
    yield from own_stun("P2P_STUN_SERVERS", "web", lambda _config: False, FALLBACK)(server)


CONTROL = Control(
    id="docker-browser-stun",
    title="The deployment sends no browser to a stranger for its own address",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="docker",
    needs=("docker.environment",),
    risk="Unset or empty, this variable leaves the list out of config.js, and the "
    "library then asks a server of Jitsi's operator. The template cannot write "
    "an empty list.",
    upstream_default="unset: meet-jit-si-turnrelay.jitsi.net",
    fix=Fix(
        by_hand="Set P2P_STUN_SERVERS to your own STUN server (HOST:PORT), or write "
        "config.p2p.stunServers = []; into custom-config.js."
    ),
    references=("jitsi/docker-jitsi-meet: web/rootfs/defaults/settings-config.js",),
    surfaces=(
        "web-p2p-stun-public",
        "stun-google-public",
    ),
    check=check,
    bad=(
        env("PUBLIC_URL=https://meet.example.org\n", note="unset means the library's own"),
        env(
            "PUBLIC_URL=https://meet.example.org\nP2P_STUN_SERVERS=stun.l.google.com:19302\n", at=2
        ),
        env("P2P_STUN_SERVERS=\n", at=1, note="empty is as unset"),
        env(
            "PUBLIC_URL=https://meet.example.org\n"
            "P2P_STUN_SERVERS=turn.example.org:3478,stun.example.com:3478\n",
            at=2,
            note="one of two is foreign",
        ),
    ),
    good=(
        env("PUBLIC_URL=https://meet.example.org:8443\nP2P_STUN_SERVERS=turn.example.org:3478\n"),
        Example(
            {"docker.environment /srv/other.env": "POSTGRES_USER=x\n"},
            note="not a deployment's file",
        ),
        Example(
            {
                "docker.environment": "TZ=UTC\n",
                "web.config /custom-config.js": "config.p2p.stunServers = [];\n",
            },
            note="set in custom-config.js",
        ),
        NO_ENV,
    ),
    unclear=(
        env("P2P_STUN_SERVERS=${STUN}\n"),
        env(
            "P2P_STUN_SERVERS=stun.example.com:3478\n",
            note="the deployment's own name is not known",
        ),
    ),
)
