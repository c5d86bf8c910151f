from collections.abc import Iterator

from selfhost.controls.docker_predicates import INNER_PORTS
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
    unknown,
)
from selfhost.controls.outside_examples import seen
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.server import Server

#: Whose they are: as inside containers, and further ones.
MEANT = {
    **{int(port): whose for port, whose in INNER_PORTS.items()},
    5281: "Prosody's HTTPS port",
    5582: "Prosody's console",
    5766: "the relay's console",
    8000: "Skynet's interface",
    8788: "a gateway's interface",
    8989: "a recorder of single tracks",
    9641: "the relay's statistics",
}


def check(server: Server) -> Iterator[Verdict]:
    """Each port that was tried."""
    ports = server.outside("outside.ports")
    for port in ports:
        number = port.number("port")
        if port.true("open"):
            what = MEANT.get(number, "a port of the server's own")
            yield fail(f"port {number} is open to everybody: {what}", Cited(port.origin))
    if not ports:
        yield unknown("no port was tried", *looked_at(server, "outside.ports"))
    elif not any(port.true("open") for port in ports):
        yield passed(f"none of {len(ports)} ports is open", Cited(ports[0].origin))


CONTROL = Control(
    id="outside-open-ports",
    title="Ports of Jitsi's programs are closed to strangers",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="host",
    needs=("outside.ports",),
    risk="These interfaces answer without a password, or let strangers at the XMPP server past the "
    "web server: rooms, statistics and logs can be read, and programs be stopped.",
    upstream_default="5222, 5269, 5280 and 5281 are open on Debian unless a firewall closes them",
    fix=Fix(
        variable="firewall_enabled",
        by_hand="Close the port in the server's firewall; let the program listen on 127.0.0.1.",
    ),
    references=("jitsi/jitsi-meet: issue 5738", "jitsi/docker-jitsi-meet: docker-compose.yml"),
    surfaces=("docker-published-ports",),
    check=check,
    bad=(seen("outside.ports", {"port": 8888, "open": False}, {"port": 5222, "open": True}, at=2),),
    good=(
        seen("outside.ports", {"port": 8888, "open": False}, {"port": 5222, "open": False}),
        seen(
            "outside.ports", {"port": 5222, "open": False}, note="it listens, behind the firewall"
        ),
    ),
    unclear=(
        seen("outside.ports"),
        Example({}, note="nothing was seen"),
    ),
)
