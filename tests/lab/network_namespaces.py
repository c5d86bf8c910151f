"""Machines made of network namespaces alone: the real kernel's packet filter, in seconds."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

#: Not the environment's own, which other accounts may not be able to read.
PYTHON = str(Path(sys.executable).resolve())
PREFIX = "selfhost-test-"
SERVER_V4, CLIENT_V4, CONTAINER_V4 = "10.77.0.1", "10.77.0.2", "172.31.77.2"
SERVER_V6, CLIENT_V6 = "fd77::1", "fd77::2"

#: Sends one packet to each port of an address: no answer is waited for.
KNOCK = """
import socket, sys
address = sys.argv[1]
family = socket.AF_INET6 if ":" in address else socket.AF_INET
known = socket.getaddrinfo(address, 1, family, socket.SOCK_DGRAM)[0][4]
for port in range(1, 65536):
    with socket.socket(family, socket.SOCK_STREAM) as stream:
        stream.setblocking(False)
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\\1\\0\\0\\0\\0\\0\\0\\0")
        stream.connect_ex((address, port, *known[2:]))
    with socket.socket(family, socket.SOCK_DGRAM) as datagrams:
        datagrams.setblocking(False)
        datagrams.sendto(b"x", (address, port, *known[2:]))
"""
#: Writes down each port that a packet came through to, after all other filters.
WITNESS = """
table inet witness {
    set seen { type inet_proto . inet_service; size 65535; flags dynamic; }
    chain input {
        type filter hook input priority 100; policy accept;
        iif != lo ct state new meta l4proto { tcp, udp } add @seen { meta l4proto . th dport }
    }
}
"""

#: Counts what another machine sends of itself, but for what IPv6 needs between neighbours.
ARRIVALS = """
table inet sink {
    counter arrived {}
    chain input {
        type filter hook input priority 0; policy accept;
        icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit } accept
        icmpv6 type { mld-listener-report, mld2-listener-report } accept
        ct state new counter name arrived
    }
}
"""


@dataclass(frozen=True)
class Machine:
    """A namespace."""

    name: str

    def run(
        self, *command: str, user: int = 0, stdin: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        """A command in it, as an account; its exit code is the caller's to judge."""
        become = ["setpriv", f"--reuid={user}", "--clear-groups"] if user else []
        return subprocess.run(
            ["ip", "netns", "exec", self.name, *become, *command],
            input=stdin, capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    def must(self, *command: str, stdin: str = "") -> str:
        """What a command says; it must succeed."""
        done = self.run(*command, stdin=stdin)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout

    def python(
        self, code: str, *arguments: str, user: int = 0
    ) -> "subprocess.CompletedProcess[str]":
        """A Python program in it."""
        return self.run(PYTHON, "-IS", "-c", code, *arguments, user=user)

    def counter(self, name: str) -> int:
        """How many packets a named counter of the server's table has counted."""
        listed = json.loads(self.must("nft", "-j", "list", "counter", "inet", "selfhost", name))
        return int(next(i["counter"]["packets"] for i in listed["nftables"] if "counter" in i))

    def seen(self) -> set[tuple[str, int]]:
        """The ports at which ``WITNESS`` has seen something arrive."""
        listed = json.loads(self.must("nft", "-j", "list", "set", "inet", "witness", "seen"))
        elements = next(i["set"].get("elem", []) for i in listed["nftables"] if "set" in i)
        pairs = [e["elem"]["val"] if "elem" in e else e for e in elements]
        return {(str(p["concat"][0]), int(p["concat"][1])) for p in pairs}


@contextmanager
def machines(*names: str) -> Iterator[list[Machine]]:
    """Namespaces with loopback; they are gone afterwards."""
    made = [Machine(PREFIX + name) for name in names]
    try:
        for machine in made:
            subprocess.run(["ip", "netns", "del", machine.name], capture_output=True)
            subprocess.run(["ip", "netns", "add", machine.name], check=True)
            machine.must("ip", "link", "set", "lo", "up")
        yield made
    finally:
        for machine in made:
            subprocess.run(["ip", "netns", "del", machine.name], capture_output=True)


@contextmanager
def attached(name: str, pid: int) -> Iterator[Machine]:
    """The namespace of a process that runs, by a name of ours while this lasts."""
    subprocess.run(["ip", "netns", "del", name], capture_output=True)
    subprocess.run(["ip", "netns", "attach", name, str(pid)], check=True)
    try:
        yield Machine(name)
    finally:
        subprocess.run(["ip", "netns", "del", name], capture_output=True)


def connect(one: Machine, other: Machine, ours: list[str], theirs: list[str]) -> None:
    """A cable between two of them, with these addresses at its ends."""
    ends = (f"to-{other.name[-6:]}", f"to-{one.name[-6:]}")
    one.must("ip", "link", "add", ends[0], "type", "veth", "peer", "name", ends[1])
    one.must("ip", "link", "set", ends[1], "netns", other.name)
    for machine, end, addresses in ((one, ends[0], ours), (other, ends[1], theirs)):
        for address in addresses:
            machine.must("ip", "addr", "add", address, "dev", end, *(["nodad"] * (":" in address)))
        machine.must("ip", "link", "set", end, "up")


def arrivals(client: Machine) -> int:
    """How many packets ``ARRIVALS`` has counted on a machine."""
    listed = client.must("nft", "list", "counter", "inet", "sink", "arrived")
    return int(listed.split("packets ")[1].split()[0])
