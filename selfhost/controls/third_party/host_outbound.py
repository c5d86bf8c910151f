import ipaddress
from collections.abc import Iterator

from selfhost.controls.host_predicates import process_line, socket_line
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
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.server import Server
from selfhost.readers.facts import Socket

#: Accounts of the conference's own programs.
SERVICES = ("jvb", "jicofo", "prosody", "turnserver", "jibri", "jigasi")


def check(server: Server) -> Iterator[Verdict]:
    owners = {process.pid: process.user for process in server.processes}
    # Where the owner may not be seen, the kernel still tells the account that opened it.
    accounts = {process.uid: process.user for process in server.processes}
    listening = {s.local_port for s in server.sockets if s.listening}
    for socket in server.sockets:
        if socket.state != "ESTABLISHED" or socket.local_port in listening:
            continue
        if not _is_outside(socket.remote_address):
            continue
        where = f"{socket.remote_address} port {socket.remote_port} ({socket.protocol})"
        user = owners.get(socket.pid or 0)
        if user is None and not server.all_owners_seen:
            user = accounts.get(socket.uid)
            if user not in SERVICES and socket.uid == 0:
                yield unknown(f"whose connection to {where} it is was not seen", _at(socket))
        if user in SERVICES:
            yield fail(f"{user} is connected to {where}", _at(socket))
    places = looked_at(server, "host.sockets", "host.processes")
    yield passed("no service holds a connection to the Internet", *places)


def _at(socket: Socket) -> Cited:
    return Cited(socket.origin)


def _is_outside(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return True
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_global


BRIDGE = process_line("java -jar jvb.jar", "jvb")

CONTROL = Control(
    id="host-outbound",
    title="The conference's programs hold no connection to the Internet",
    category=Category.THIRD_PARTY,
    severity=Severity.CRITICAL,
    component="host",
    needs=("host.sockets", "host.processes"),
    risk="The bridge can export audio to any address without a trace in its settings: an open "
    "connection of its own is what shows it. An audit sees one moment only.",
    upstream_default="none",
    fix=Fix(by_hand="Find out who is at the other end, stop the service, and close the way out."),
    references=("jitsi/jitsi-videobridge: jvb/src/main/resources/reference.conf",),
    surfaces=("sys-outbound-connections", "jvb-exporter"),
    check=check,
    bad=(
        Example(
            {
                "host.processes": BRIDGE,
                "host.sockets": socket_line(
                    "10.0.0.2", 40000, "java", state="ESTABLISHED", remote=("9.9.9.9", 443)
                ),
            },
            at=1,
        ),
    ),
    good=(
        Example(
            {
                "host.processes": BRIDGE,
                "host.sockets": socket_line(
                    "127.0.0.1", 40000, "java", state="ESTABLISHED", remote=("127.0.0.1", 5222)
                ),
            },
            note="its own Prosody",
        ),
        Example(
            {
                "host.processes": process_line("sshd: admin", "root"),
                "host.sockets": socket_line(
                    "10.0.0.2", 22, "sshd", state="ESTABLISHED", remote=("9.9.9.9", 50000)
                ),
            },
            note="another account",
        ),
        Example({"host.processes": BRIDGE}),
        Example({}, note="nothing of it is there"),
    ),
    unclear=(Example({"host.sockets": "nonsense\n"}, note="not understood"),),
)
