"""Where media goes: two participants and a stranger on cables of their own, and who sent what."""

import ctypes
import json
import os
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from selfhost.lab import runtime
from selfhost.lab.inventory import PUBLIC_ADDRESS
from tests.lab.conftest import Site
from tests.lab.network_namespaces import PREFIX, Machine, attached, connect, machines
from tests.lab.turn_client import BINDING, Address, TurnClient, credentials, message

DOCUMENT = Path(__file__).parents[2] / "docs" / "network.md"
#: Public addresses that belong to nobody (RFC 7535): the server's end of each cable, and the other.
CABLES = {
    "Alice": ("192.31.196.1", "192.31.196.2"),
    "Bob": ("192.31.196.17", "192.31.196.18"),
    "stranger": ("192.31.196.33", "192.31.196.34"),
}
MEDIA = 200
#: Counts the packets of each pair of addresses, as they come in and go out.
PAIRS = """
table inet pairs {
    set seen { type ipv4_addr . ipv4_addr . inet_proto; flags dynamic; size 4096; counter; }
    set six { type ipv6_addr . ipv6_addr . inet_proto; flags dynamic; size 4096; counter; }
    chain counted {
        ip version 4 add @seen { ip saddr . ip daddr . ip protocol }
        icmpv6 type { 130-137, 143 } return comment "what neighbours need"
        ip6 version 6 add @six { ip6 saddr . ip6 daddr . ip6 nexthdr }
    }
    chain in { type filter hook prerouting priority -400; policy accept;
        iif != lo jump counted
    }
    chain out { type filter hook postrouting priority 400; policy accept;
        oif != lo jump counted
    }
}
"""
CLONE_NEWNET = 0x40000000


@contextmanager
def inside(machine: Machine) -> Iterator[None]:
    """Sockets that are made meanwhile are the machine's."""
    libc = ctypes.CDLL(None, use_errno=True)
    spaces = Path("/proc/thread-self/ns/net"), Path("/run/netns", machine.name)
    with spaces[0].open("rb") as here, spaces[1].open("rb") as there:
        assert libc.setns(there.fileno(), CLONE_NEWNET) == 0
        try:
            yield
        finally:
            assert libc.setns(here.fileno(), CLONE_NEWNET) == 0


def pairs(machine: Machine) -> Counter[tuple[str, str, str]]:
    """Packets by who sent them, to whom, by which protocol."""
    found: Counter[tuple[str, str, str]] = Counter()
    for name in ("seen", "six"):
        listed = json.loads(machine.must("nft", "-j", "list", "set", "inet", "pairs", name))
        for item in next(i["set"].get("elem", []) for i in listed["nftables"] if "set" in i):
            key = item["elem"]["val"]["concat"]
            found[key[0], key[1], str(key[2])] += int(item["elem"]["counter"]["packets"])
    return found


@dataclass
class Counting:
    """A socket that counts what goes through it."""

    stream: Any
    sent: int = 0
    got: int = 0

    def send(self, data: bytes) -> int:
        """As a socket's."""
        self.sent += 1
        return int(self.stream.send(data))

    def recv(self, size: int) -> bytes:
        """As a socket's."""
        self.got += 1
        return bytes(self.stream.recv(size))

    def close(self) -> None:
        """As a socket's."""
        self.stream.close()

    def connect_to_sender(self) -> None:
        """Whoever has sent what waits is sent to from now on."""
        self.stream.connect(self.stream.recvfrom(1, socket.MSG_PEEK)[1])


class Relayed(TurnClient):
    """A TURN client that counts its datagrams."""

    counting: Counting


@dataclass(frozen=True)
class Around:
    """A server and the machines on its cables; a login to its relay."""

    server: Machine
    address: str
    people: dict[str, Machine]
    login: tuple[str, str]

    def count(self) -> None:
        """Every packet from now on, on each machine."""
        for machine in (self.server, *self.people.values()):
            machine.run("nft", "delete", "table", "inet", "pairs")
            machine.must("nft", "-f", "-", stdin=PAIRS)

    def relayed(self, who: str, tls: str = "") -> "Relayed":
        """Somebody who talks to the relay."""
        with inside(self.people[who]):
            client = Relayed(self.address, 5349 if tls else 3478, *self.login, tls=tls)
        client.counting = Counting(client.stream)
        client.stream = client.counting  # type: ignore[assignment]
        return client

    def plain(self, who: str, port: int, to: Address | None = None) -> Counting:
        """Somebody who sends and gets datagrams."""
        with inside(self.people[who]):
            made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.settimeout(5)
        made.bind((CABLES[who][1], port))
        if to:
            made.connect(to)
        return Counting(made)

    def named(self, machine: Machine, *protocols: str) -> Counter[tuple[str, str]]:
        """Packets that a machine saw, of some protocols or all, by who sent them and to whom."""
        names = {theirs: who for who, (_, theirs) in CABLES.items()}
        own = (self.address, PUBLIC_ADDRESS, *(ours for ours, _ in CABLES.values()))
        names |= dict.fromkeys(own, "server")
        found: Counter[tuple[str, str]] = Counter()
        for (one, other, protocol), packets in pairs(machine).items():
            if protocol in protocols or not protocols:
                found[names.get(one, one), names.get(other, other)] += packets
        return found


@pytest.fixture(scope="module")
def around(site: Site) -> Iterator[Around]:
    engine, address = runtime.known(), site.server.address
    pid = engine.call("inspect", "--format", "{{.State.Pid}}", site.server.container).stdout
    secrets = site.inventory / "group_vars" / "all" / "secrets.yml"
    login = credentials(yaml.safe_load(secrets.read_text("utf-8"))["site_turn_secret"])
    try:
        with (
            machines("alice", "bob", "stranger") as made,
            attached(PREFIX + "media", int(pid)) as server,
        ):
            for machine, (ours, theirs) in zip(made, CABLES.values(), strict=True):
                connect(server, machine, [f"{ours}/28"], [f"{theirs}/28"])
                machine.must("ip", "route", "add", "default", "via", ours)
            yield Around(server, address, dict(zip(CABLES, made, strict=True)), login)
    finally:
        site.reset()


def through_the_bridge(around: Around, stack: ExitStack) -> dict[str, Counting]:
    """Each participant and the bridge, which answers."""
    found = {}
    for who in ("Alice", "Bob"):
        found[who] = bridge = around.plain(who, 40000, (CABLES[who][0], 10000))
        stack.callback(bridge.close)
        for _ in range(MEDIA // 2):
            transaction = os.urandom(12)
            bridge.send(message(BINDING, transaction))
            assert bridge.recv(2048)[8:20] == transaction
    return found


def through_the_relay_to_the_bridge(around: Around, stack: ExitStack) -> dict[str, Counting]:
    """At the address that participants are told."""
    found = {}
    for who in ("Alice", "Bob"):
        client = stack.enter_context(around.relayed(who))
        client.allocate()
        client.permit((PUBLIC_ADDRESS, 10000))
        for _ in range(MEDIA // 2):
            transaction = os.urandom(12)
            client.send((PUBLIC_ADDRESS, 10000), message(BINDING, transaction))
            peer, answer = client.receive()
            assert (peer, answer[8:20]) == ((PUBLIC_ADDRESS, 10000), transaction)
        found[who] = client.counting
    return found


def from_a_relay(around: Around, stack: ExitStack) -> dict[str, Counting]:
    """One behind the relay, the other not: the relay sends first."""
    alice = stack.enter_context(around.relayed("Alice"))
    alice.allocate()
    to = (CABLES["Bob"][1], 40000)
    alice.permit(to)
    bob = around.plain("Bob", 40000)
    stack.callback(bob.close)
    for number in range(MEDIA // 2):
        data = b"media %d " % number + os.urandom(160)
        alice.send(to, data)
        if number == 0:
            bob.connect_to_sender()
        assert bob.recv(2048) == data
        bob.send(data)
        assert alice.receive() == (to, data)
    return {"Alice": alice.counting, "Bob": bob}


def between_two_relays(around: Around, stack: ExitStack, tls: str = "") -> dict[str, Counting]:
    """Neither learns the other's address."""
    alice, bob = (stack.enter_context(around.relayed(who, tls)) for who in ("Alice", "Bob"))
    at = {"Alice": alice.allocate(), "Bob": bob.allocate()}
    alice.permit(at["Bob"])
    bob.permit(at["Alice"])
    for number in range(MEDIA // 2):
        for one, other, to in ((alice, bob, "Bob"), (bob, alice, "Alice")):
            data = b"media %d " % number + os.urandom(160)
            one.send(at[to], data)
            assert other.receive()[1] == data
    return {"Alice": alice.counting, "Bob": bob.counting}


def over_tls(around: Around, stack: ExitStack) -> dict[str, Counting]:
    """As where a network lets nothing else through."""
    return between_two_relays(around, stack, tls="meet.example.test")


CALLS: dict[str, Callable[[Around, ExitStack], dict[str, Counting]]] = {
    "each with the bridge": through_the_bridge,
    "each with the bridge through TURN": through_the_relay_to_the_bridge,
    "one behind TURN, the other not": from_a_relay,
    "both behind TURN": between_two_relays,
    "both behind TURN over TLS": over_tls,
}


def test_what_goes_past_the_server_would_be_seen(around: Around) -> None:
    around.count()
    for one, other in (("Alice", "Bob"), ("stranger", "server")):
        to = CABLES[other][1] if other in CABLES else CABLES[one][0]
        with ExitStack() as stack:
            stream = around.plain(one, 40000, (to, 10000))
            stack.callback(stream.close)
            stream.send(b"x")
        assert around.named(around.people[one], "udp")[one, other] == 1


def test_media_goes_between_participants_and_the_server_only(around: Around) -> None:
    table = [
        "| call | media | Alice–server | Bob–server | Alice–Bob | anybody else |",
        "|---|---|---|---|---|---|",
    ]
    for name, call in CALLS.items():
        around.count()
        with ExitStack() as stack:
            streams = call(around, stack)
            seen = {who: around.named(machine) for who, machine in around.people.items()}
            # Logins and apt are connections; media is not, but for that with the relay.
            at_server = around.named(around.server, "udp")
        cells, exact = [], Counter[tuple[str, str]]()
        for who, stream in streams.items():
            counted = Counter({(who, "server"): stream.sent, ("server", who): stream.got})
            if call is over_tls:  # packets of TCP are as many as it takes
                assert set(seen[who]) == set(counted), (name, seen)
                cells.append("TCP")
            else:
                assert seen[who] == counted, (name, seen)
                cells.append(f"{stream.sent} + {stream.got}")
                exact += counted
        assert at_server == exact, name
        assert seen["stranger"] == {}, name
        table.append(f"| {name} | {MEDIA} of {MEDIA} | {cells[0]} | {cells[1]} | 0 | 0 |")
    assert "\n".join(table) in DOCUMENT.read_text("utf-8"), "\n".join(table)
