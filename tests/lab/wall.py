"""A stranger's machine on a cable to a lab server, and every way by which an account may try it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from selfhost import lab
from selfhost.lab import runtime
from tests.lab.conftest import Site
from tests.lab.network_namespaces import (
    ARRIVALS,
    PREFIX,
    Machine,
    arrivals,
    attached,
    connect,
    machines,
)

#: Public addresses that belong to nobody (RFC 7535); those for documentation are no participant's
#: to the relay. They are at the cable's end, so nothing goes further.
SINK_V4, SINK_V6 = "192.31.196.7", "2001:4:112::7"
SERVER_V4, SERVER_V6 = "192.31.196.1", "2001:4:112::1"

#: One try, as an account, with the rights that its service has: whether something of the sort
#: could be made at all, and what the kernel said to it.
ATTEMPT = r"""
import os, socket, struct, sys
how, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
family = socket.AF_INET6 if ":" in address else socket.AF_INET
name = b"\x06secret\x06tunnel\x07example\x00"
query = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + name + b"\x00\x10\x00\x01"
# The first packet of QUIC version 1 (RFC 9000, section 17.2.2), filled up to 1200 bytes.
quic = (b"\xc3\x00\x00\x00\x01\x08" + b"s" * 8 + b"\x00\x00\x44\x9e").ljust(1200, b"\0")
payloads = {"udp": b"secret", "quic": quic, "dns": query}
try:
    if how == "tcp":
        with socket.socket(family, socket.SOCK_STREAM) as s:
            s.settimeout(3)
            s.connect((address, port))
    elif how in payloads:
        with socket.socket(family, socket.SOCK_DGRAM) as s:
            s.bind(("", 20000))  # not one of those that media is sent from
            s.sendto(payloads[how], (address, port))
    elif how == "lookup":
        socket.getaddrinfo("secret.tunnel.example", 443)
    elif how == "ping":
        six = family == socket.AF_INET6
        protocol = socket.IPPROTO_ICMPV6 if six else socket.IPPROTO_ICMP
        with socket.socket(family, socket.SOCK_DGRAM, protocol) as s:
            s.sendto(struct.pack("!BBHHH", 128 if six else 8, 0, 0, 1, 1) + b"secret", (address, 0))
    elif how == "sctp":
        with socket.socket(family, socket.SOCK_STREAM, 132) as s:
            s.settimeout(3)
            s.connect((address, port))
    elif how == "raw":
        with socket.socket(family, socket.SOCK_RAW, 253) as s:
            s.sendto(b"secret", (address, 0))
    elif how == "frame":
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as s:
            s.bind((address, 0x0800))
            s.send(b"\xff" * 60)
    print("sent")
except (OSError, OverflowError) as error:
    print(getattr(error, "errno", None) or type(error).__name__)
"""


@dataclass(frozen=True)
class Wall:
    """A server, its network, and the sink beside it."""

    site: Site
    server: Machine
    sink: Machine

    def arrived(self) -> int:
        """Packets that have reached the sink, answers to its own aside."""
        return arrivals(self.sink)

    def counted(self, account: str) -> int:
        """Packets of an account that the server's packet filter has refused."""
        return self.server.counter(f"refused-{account}")

    def attempt(self, account: str, how: str, to: str, port: int = 0) -> str:
        """Try to leave as an account; ``sent``, or the error's number."""
        done = lab.run(
            self.site.server.name,
            ["runuser", "-u", account, "--",
             "python3", "-IS", "-c", ATTEMPT, how, to, str(port)],
            timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.decode().strip()


@contextmanager
def wall(site: Site) -> Iterator[Wall]:
    """A sink on a cable of its own to the server, which asks it for names, too."""
    engine, name = runtime.known(), site.server.name
    pid = engine.call("inspect", "--format", "{{.State.Pid}}", site.server.container).stdout
    resolver = lab.run(name, ["cat", "/etc/resolv.conf"]).stdout
    with machines("sink") as (sink,), attached(PREFIX + "walled", int(pid)) as server:
        server.must("sysctl", "-q", "-w", "net.ipv4.ping_group_range=0 2147483647")
        server.must("sysctl", "-q", "-w", "net.ipv6.conf.default.disable_ipv6=0")
        connect(
            server, sink,
            [f"{SERVER_V4}/24", f"{SERVER_V6}/64"], [f"{SINK_V4}/24", f"{SINK_V6}/64"],
        )  # fmt: skip
        sink.must("nft", "-f", "-", stdin=ARRIVALS)
        # The container's own file is mounted: it is written to, not replaced.
        write = ["sh", "-c", "cat >/etc/resolv.conf"]
        asked = f"nameserver {SINK_V4}\noptions timeout:1 attempts:1\n"
        try:
            assert lab.run(name, write, input=asked.encode()).returncode == 0
            yield Wall(site, server, sink)
        finally:
            lab.run(name, write, input=resolver)
