import ipaddress
import json
from collections.abc import Iterator
from typing import Any

from selfhost.controls.host_predicates import socket_line
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

#: Programs that may listen for strangers: port numbers, or an empty tuple for any.
MAY: dict[str, tuple[int, ...]] = {
    "sshd": (),
    "nginx": (80, 443),
    "turnserver": (),
    "chronyd": (123, 323),
    "systemd-timesyn": (),
    "systemd-network": (68, 546),
    "systemd-resolve": (53, 5355),
    "dhclient": (68,),
    "dhcpcd": (68, 546),
    "certbot": (80,),
}
#: The bridge's one port for media.
MEDIA_PORT = 10000
#: Where bridges on other hosts log in.
SIGNALLING_PORT = 5222
PROSODY = ("lua5.4", "lua5.3", "lua5.2", "prosody")


def check(server: Server) -> Iterator[Verdict]:
    media = _media_port(server)
    for socket in server.sockets:
        if not socket.listening or _is_inside(socket.local_address):
            continue
        place = Cited(socket.origin, f"{socket.protocol}/{socket.local_port}")
        if not socket.command and (_may_any(socket, media) or not server.all_owners_seen):
            what = f"{socket.protocol} port {socket.local_port}: whose it is was not seen"
            yield unknown(what, place)
        elif not _may(socket, media) and not _for_bridges(server, socket):
            who = socket.command or "an unknown program"
            where = f"{socket.protocol} port {socket.local_port} ({socket.local_address})"
            yield fail(f"{who} listens on {where}", place)
    yield passed("only the programs of the server listen", *looked_at(server, "host.sockets"))


def _media_port(server: Server) -> int:
    if not server.evidence.in_scope("videobridge.config"):
        return MEDIA_PORT
    if not server.documents("videobridge.config"):
        return MEDIA_PORT
    node = server.videobridge.get("videobridge.ice.udp.port")
    return node.value if node is not None and isinstance(node.value, int) else MEDIA_PORT


def _is_inside(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def _may_any(socket: Socket, media: int) -> bool:
    """Whether some program may listen there."""
    usual = {80, 443, 3478, 5349, 22, media}
    return socket.local_port in usual or any(socket.local_port in p for p in MAY.values())


def _may(socket: Socket, media: int) -> bool:
    if socket.protocol.startswith("udp") and socket.local_port == media:
        return socket.command == "java"
    ports = MAY.get(socket.command)
    return ports is not None and (not ports or socket.local_port in ports)


def _for_bridges(server: Server, socket: Socket) -> bool:
    """Whether it is the XMPP server at one address, let in from named addresses only."""
    if socket.command not in PROSODY or socket.local_port != SIGNALLING_PORT:
        return False
    if ipaddress.ip_address(socket.local_address.partition("%")[0]).is_unspecified:
        return False
    if not server.evidence.in_scope("host.firewall"):
        return False
    closed = [c for c in server.firewall if c.hook == "input" and c.policy == "drop"]
    opening = [
        rule.expressions
        for chain in closed
        for rule in chain.rules
        if rule.verdict == "accept" and SIGNALLING_PORT in _matched(rule.expressions, "dport")
    ]
    sources = [_matched(rule, "saddr") for rule in opening]
    return bool(sources) and all(
        named and all(isinstance(address, str) for address in named) for named in sources
    )


def _matched(expressions: tuple[Any, ...], field: str) -> list[Any]:
    """What a rule compares a field of the packet with."""
    found: list[Any] = []
    for expression in expressions:
        match = expression.get("match")
        left = match.get("left") if isinstance(match, dict) else None
        payload = left.get("payload") if isinstance(left, dict) else None
        if isinstance(payload, dict) and payload.get("field") == field:
            right = match["right"] if match.get("op") in ("==", "in") else []
            members = right.get("set") if isinstance(right, dict) else right
            found += members if isinstance(members, list) else [right]
    return found


def _filter(*matches: tuple[str, Any]) -> str:
    """The rule set of a host that lets in what matches."""
    head = {"family": "inet", "table": "selfhost"}
    chain = {**head, "name": "input", "hook": "input", "type": "filter", "policy": "drop"}
    compared = [
        {"match": {"op": "==", "left": {"payload": {"field": field}}, "right": value}}
        for field, value in matches
    ]
    rule = {**head, "chain": "input", "expr": [*compared, {"accept": None}]}
    return json.dumps({"nftables": [{"chain": chain}, {"rule": rule}]})


CONTROL = Control(
    id="host-listeners",
    title="Only web, media, relay and SSH listen for strangers",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="host",
    needs=("host.sockets",),
    risk="A port that should be inside, such as the chat server's or a recorder's, is one firewall "
    "rule away from the Internet.",
    upstream_default="Prosody listens on 5222, 5269 and 5281 on every address",
    fix=Fix(by_hand="Bind the program to 127.0.0.1, or stop it."),
    references=("jitsi/jitsi-meet issue 5738",),
    surfaces=("sys-listening-ports", "prosody-http-port", "jvb-websockets"),
    check=check,
    bad=(
        Example({"host.sockets": socket_line("0.0.0.0", 5222, "lua5.4")}, at=1),
        Example({"host.sockets": socket_line("::", 8080, "java", "tcp6")}, at=1),
        Example({"host.sockets": socket_line("0.0.0.0", 8125, "statsd", "udp", "UNCONN")}, at=1),
        Example({"host.sockets": socket_line("0.0.0.0", 9000, "nginx")}, at=1),
        Example(
            {
                "host.sockets": socket_line("10.0.0.1", 5222, "lua5.4"),
                "host.firewall": _filter(("dport", 5222)),
            },
            at=1,
            note="open to everybody",
        ),
        Example(
            {
                "host.sockets": socket_line("0.0.0.0", 5222, "lua5.4"),
                "host.firewall": _filter(("saddr", "10.0.0.2"), ("dport", 5222)),
            },
            at=1,
            note="at every address",
        ),
    ),
    good=(
        Example({"host.sockets": socket_line("127.0.0.1", 5222, "lua5.4")}),
        Example({"host.sockets": socket_line("0.0.0.0", 443, "nginx")}),
        Example({"host.sockets": socket_line("0.0.0.0", 10000, "java", "udp", "UNCONN")}),
        Example({"host.sockets": socket_line("::ffff:127.0.0.1", 8888, "java", "tcp6")}),
        Example(
            {"host.sockets": socket_line("10.0.0.1", 40000, "java", "tcp", "ESTABLISHED")},
            note="a connection, not a listener",
        ),
        Example(
            {
                "host.sockets": socket_line("10.0.0.1", 5222, "lua5.4"),
                "host.firewall": _filter(
                    ("saddr", {"set": ["10.0.0.2", "10.0.0.3"]}), ("dport", 5222)
                ),
            },
            note="for bridges on other hosts",
        ),
        Example({}, note="nothing of it is there"),
    ),
    unclear=(
        Example({"host.sockets": socket_line("0.0.0.0", 443, "", pid=None)}, at=1, note="whose"),
    ),
)
