"""The rules of the role firewall in the kernel: between machines that are network namespaces."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lab.network_namespaces import (
    ARRIVALS,
    CLIENT_V4,
    CLIENT_V6,
    CONTAINER_V4,
    KNOCK,
    SERVER_V4,
    SERVER_V6,
    WITNESS,
    Machine,
    arrivals,
    connect,
    machines,
)
from tests.roles.render import example, render_defaults

ALLOWED = {("tcp", 22), ("tcp", 80), ("tcp", 443), ("tcp", 5349), ("udp", 3478), ("udp", 10000)}
#: The numbers that the renderer gives to accounts.
ACCOUNTS = {"jicofo": 900, "jvb": 901, "prosody": 902, "turnserver": 903, "www-data": 904}
SOMEBODY = 950
Load = Callable[..., None]


@pytest.fixture
def wire() -> Iterator[tuple[Machine, Machine]]:
    """A server and somebody else's machine."""
    with machines("server", "client") as (server, client):
        connect(
            server, client,
            [f"{SERVER_V4}/24", f"{SERVER_V6}/64"], [f"{CLIENT_V4}/24", f"{CLIENT_V6}/64"],
        )  # fmt: skip
        yield server, client


def rules(folder: Path, **settings: Any) -> str:
    render_defaults(folder, {**example(), **settings})
    return (folder / "etc/nftables.d/selfhost.nft").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def defaults(tmp_path_factory: pytest.TempPathFactory) -> str:
    return rules(tmp_path_factory.mktemp("defaults"))


@pytest.mark.parametrize("address", [SERVER_V4, SERVER_V6])
def test_of_all_ports_the_allow_list_is_let_in(
    wire: tuple[Machine, Machine], defaults: str, address: str
) -> None:
    server, client = wire
    server.must("nft", "-f", "-", stdin=defaults)
    server.must("nft", "-f", "-", stdin=WITNESS)
    done = client.python(KNOCK, address)
    assert done.returncode == 0, done.stderr
    assert server.seen() == ALLOWED
    assert server.counter("refused-in") >= 2 * 65535 - len(ALLOWED)


def test_other_tables_stay_and_ports_of_containers_are_shut(
    wire: tuple[Machine, Machine], defaults: str, tmp_path: Path
) -> None:
    """As Docker does it: a port is sent on before any input rule is asked."""
    server, client = wire
    with machines("container") as (container,):
        connect(server, container, ["172.31.77.1/24"], [f"{CONTAINER_V4}/24"])
        container.must("ip", "route", "add", "default", "via", "172.31.77.1")
        server.must("sysctl", "-q", "-w", "net.ipv4.ip_forward=1")
        for rule in (
            "-t nat -N DOCKER",
            "-t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER",
            f"-t nat -A DOCKER -p tcp --dport 8088 -j DNAT --to-destination {CONTAINER_V4}:80",
            "-A FORWARD -j ACCEPT",
        ):
            server.must("iptables", *rule.split())
        server.must("nft", "add table inet other")
        server.must("nft", "add chain inet other c { type filter hook input priority 5; }")
        foreign = server.must("nft", "-s", "list", "ruleset")
        reach = f"import socket; socket.create_connection(({SERVER_V4!r}, 8088), 2)"

        container.must("nft", "add table inet web")
        container.must("nft", "add chain inet web c { type filter hook input priority 0; }")
        container.must("nft", "add rule inet web c tcp dport 80 counter reject with tcp reset")
        arrived = "ConnectionRefusedError"
        assert arrived in client.python(reach).stderr

        server.must("nft", "-f", "-", stdin=defaults)
        server.must("nft", "-f", "-", stdin=defaults)
        assert "TimeoutError" in client.python(reach).stderr
        assert server.counter("refused-published") >= 1
        client.must("ip", "route", "add", "172.31.77.0/24", "via", SERVER_V4)
        outwards = f"import socket; socket.create_connection(({CLIENT_V4!r}, 9), 2)"
        assert arrived in container.python(outwards).stderr, "its own way out stays"
        server.must("nft", "-f", "-", stdin=rules(tmp_path, firewall_extra_tcp_ports=[8088]))
        assert arrived in client.python(reach).stderr

        server.must("nft", "delete table inet selfhost")
        assert server.must("nft", "-s", "list", "ruleset") == foreign


#: Tries one way out, and says what came of it.
LEAVE = """
import socket, struct, sys
how, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
source = int(sys.argv[4]) if len(sys.argv) > 4 else 0
family = socket.AF_INET6 if ":" in address else socket.AF_INET
if how == "icmp":
    protocol, echo = (socket.IPPROTO_ICMPV6, 128) if ":" in address else (socket.IPPROTO_ICMP, 8)
    s = socket.socket(family, socket.SOCK_DGRAM, protocol)
    s.sendto(struct.pack("!BBHHH", echo, 0, 0, 1, 1), (address, 0))
elif how == "udp":
    s = socket.socket(family, socket.SOCK_DGRAM)
    if source:
        s.bind(("", source))
    s.sendto(b"secret", (address, port))
else:
    s = socket.socket(family, socket.SOCK_STREAM)
    s.settimeout(2)
    if s.connect_ex((address, port)) not in (0, 111):
        sys.exit(1)
"""
WAYS = [
    ("tcp", CLIENT_V4, 443),
    ("tcp", CLIENT_V6, 443),
    ("udp", CLIENT_V4, 53),
    ("udp", CLIENT_V6, 53),
    ("udp", CLIENT_V4, 40000),
    ("icmp", CLIENT_V4, 0),
    ("icmp", CLIENT_V6, 0),
    ("tcp", "127.0.0.1", 53),
    ("udp", "127.0.0.53", 53),
    ("udp", "::1", 53),
]


@pytest.mark.parametrize("user", ACCOUNTS)
def test_no_account_gets_out_and_each_attempt_is_counted(
    wire: tuple[Machine, Machine], defaults: str, user: str
) -> None:
    server, client = wire
    server.must("nft", "-f", "-", stdin=defaults)
    server.must("sysctl", "-q", "-w", "net.ipv4.ping_group_range=0 2147483647")
    client.must("nft", "-f", "-", stdin=ARRIVALS)
    for number, (how, address, port) in enumerate(WAYS, 1):
        server.python(LEAVE, how, address, str(port), user=ACCOUNTS[user])
        assert server.counter(f"refused-{user}") >= number, (how, address, port)
    assert arrivals(client) == 0
    for how, address, port in WAYS[:7]:
        server.python(LEAVE, how, address, str(port), user=SOMEBODY)
    assert arrivals(client) == 7, "the sink would have seen them"


def test_what_a_meeting_needs_gets_out(wire: tuple[Machine, Machine], defaults: str) -> None:
    server, client = wire
    server.must("nft", "-f", "-", stdin=defaults)
    client.must("nft", "-f", "-", stdin=ARRIVALS)
    for user, source in (("jvb", 10000), ("turnserver", 50000)):
        done = server.python(LEAVE, "udp", CLIENT_V4, "40000", str(source), user=ACCOUNTS[user])
        # The test's inner network is one that the relay must not reach.
        assert (done.returncode == 0) == (user == "jvb")
    assert arrivals(client) == 1
    for user, port in (("jvb", 5222), ("jicofo", 5222), ("www-data", 5280), ("www-data", 8888)):
        done = server.python(LEAVE, "tcp", "127.0.0.1", str(port), user=ACCOUNTS[user])
        assert done.returncode == 0, user
        assert server.counter(f"refused-{user}") == 0
    for inner in ("8080", "5280", "5222"):
        done = server.python(LEAVE, "tcp", "127.0.0.1", inner, user=ACCOUNTS["turnserver"])
        assert done.returncode == 1


@pytest.mark.parametrize("direct", [True, False])
def test_the_relay_reaches_participants_where_they_may_be_in_direct_contact(
    wire: tuple[Machine, Machine], tmp_path: Path, direct: bool
) -> None:
    server, client = wire
    server.must("ip", "addr", "add", "192.31.196.1/24", "dev", "to-client")
    client.must("ip", "addr", "add", "192.31.196.7/24", "dev", "to-server")
    server.must("nft", "-f", "-", stdin=rules(tmp_path, web_p2p=direct))
    client.must("nft", "-f", "-", stdin=ARRIVALS)
    server.python(LEAVE, "udp", "192.31.196.7", "40000", "50000", user=ACCOUNTS["turnserver"])
    assert arrivals(client) == direct
    assert server.counter("refused-turnserver") == (not direct)
