import ipaddress
from collections.abc import Iterator

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
from selfhost.controls.predicates import first_unknown
from selfhost.effective.config import Config
from selfhost.effective.server import Server
from selfhost.readers.tree import Node

#: Peers that a relay must refuse: the server itself and its neighbours.
INSIDE = (
    "0.0.0.0/8",
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "100.64.0.0/10",
    "::1/128",
    "::ffff:0:0/96",
    "fc00::/7",
    "fe80::/10",
)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def check(server: Server) -> Iterator[Verdict]:
    config = server.coturn
    place = Cited(config.place)
    for flag, why in (
        ("no-auth", "anybody may relay through this server"),
        ("allow-loopback-peers", "peers on the server itself may be reached"),
    ):
        node = config.get((flag,))
        if node is not None:
            yield fail(f"{flag}: {why}", Cited.node(flag, node))
    if config.get(("use-auth-secret",)) is None and config.get(("lt-cred-mech",)) is None:
        yield fail("neither use-auth-secret nor lt-cred-mech: anybody may relay", place)
    node = config.get(("denied-peer-ip",))
    if node is not None and (hole := first_unknown(node)) is not None:
        yield unknown("denied-peer-ip cannot be read", Cited.node("denied-peer-ip", hole))
        return
    denied = list(_denied(config))
    for text in INSIDE:
        if not _covered(ipaddress.ip_network(text), denied):
            cited = (
                Cited.node("denied-peer-ip", node)
                if node
                else Cited(place.origin, "denied-peer-ip")
            )
            yield fail(f"denied-peer-ip does not refuse {text}", cited)
    yield from _allowed(config)
    yield passed("relaying needs a credential and stays away from inner networks", place)


def _allowed(config: Config) -> Iterator[Verdict]:
    """allowed-peer-ip wins over denied-peer-ip: single hosts may be wanted, networks are holes."""
    node = config.get(("allowed-peer-ip",))
    items = node.value if node is not None and isinstance(node.value, tuple | list) else ()
    for item in items:
        if isinstance(item, Node) and any(map(_wide, _networks(str(item.plain())))):
            yield fail(
                f"allowed-peer-ip lets peers into {item.plain()}",
                Cited.node("allowed-peer-ip", item),
            )


def _wide(network: Network) -> bool:
    """More than a few hosts of the inside."""
    inside = (ipaddress.ip_network(text) for text in INSIDE)
    return network.num_addresses > 256 and any(
        network.version == inner.version and network.overlaps(inner) for inner in inside
    )


def _denied(config: Config) -> Iterator[Network]:
    node = config.get(("denied-peer-ip",))
    values = node.plain() if node is not None else []
    for value in values if isinstance(values, list) else [values]:
        yield from _networks(str(value))


def _networks(value: str) -> Iterator[Network]:
    """An address, a network or ``first-last``; nothing for what is none of these."""
    first, _, last = value.partition("-")
    try:
        if last:
            ends = (ipaddress.ip_address(first.strip()), ipaddress.ip_address(last.strip()))
            yield from ipaddress.summarize_address_range(*ends)
        else:
            yield ipaddress.ip_network(first.strip(), strict=False)
    except (ValueError, TypeError):
        return


def _covered(wanted: Network, denied: list[Network]) -> bool:
    """Whether the refused networks together hold the whole wanted one."""
    first, last = int(wanted.network_address), int(wanted.broadcast_address)
    for network in sorted(denied, key=lambda n: int(n.network_address)):
        if network.version != wanted.version or int(network.broadcast_address) < first:
            continue
        if int(network.network_address) > first:
            return False
        first = int(network.broadcast_address) + 1
        if first > last:
            return True
    return False


SAFE = """use-auth-secret
static-auth-secret=REDACTED_00000000
denied-peer-ip=0.0.0.0-0.255.255.255
denied-peer-ip=10.0.0.0-10.255.255.255
denied-peer-ip=100.64.0.0-100.127.255.255
denied-peer-ip=127.0.0.0-127.255.255.255
denied-peer-ip=169.254.0.0-169.254.255.255
denied-peer-ip=172.16.0.0-172.31.255.255
denied-peer-ip=192.168.0.0-192.168.255.255
denied-peer-ip=::1
denied-peer-ip=::ffff:0.0.0.0-::ffff:255.255.255.255
denied-peer-ip=fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
denied-peer-ip=fe80::-febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff
"""

CONTROL = Control(
    id="coturn-open-relay",
    title="The relay needs a credential and cannot reach inner networks",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="coturn",
    needs=("coturn.config",),
    risk="Strangers could send traffic through the relay, or reach services behind the firewall.",
    upstream_default="both set by the Jitsi package; coturn alone refuses nothing",
    fix=Fix(
        by_hand="Set use-auth-secret and denied-peer-ip for private, loopback and link-local"
        " ranges in turnserver.conf, and restart coturn."
    ),
    references=("jitsi/jitsi-meet: doc/debian/jitsi-meet-turn/turnserver.conf",),
    surfaces=("coturn-relay",),
    check=check,
    bad=(
        Example({"coturn.config": SAFE.replace("use-auth-secret\n", "# use-auth-secret\n")}),
        Example({"coturn.config": SAFE + "no-auth\n"}, at=14),
        Example({"coturn.config": SAFE.replace("denied-peer-ip=10.", "#denied-peer-ip=10.")}),
        Example({"coturn.config": SAFE + "allow-loopback-peers\n"}, at=14),
        Example(
            {"coturn.config": SAFE + "allowed-peer-ip=10.0.0.0-10.255.255.255\n"},
            at=14,
            note="it wins over what is denied",
        ),
    ),
    good=(
        Example({"coturn.config": SAFE}),
        Example({"coturn.config": SAFE + "allowed-peer-ip=10.0.0.5\n"}, note="one bridge"),
        Example({"coturn.config": SAFE + "# no-auth\n"}, note="a comment is not a setting"),
        Example({}, absent=("coturn.config",), note="not installed"),
    ),
    unclear=(Example({"coturn.config": "\x00\n"}, note="not a text file"),),
)
