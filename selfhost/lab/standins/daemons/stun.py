"""STUN Binding (RFC 5389): answering on the media port, and asking the lab's own server."""

import asyncio
import ipaddress
import secrets
import socket
import struct
from typing import cast

COOKIE = 0x2112A442
_REQUEST, _SUCCESS, _XOR_MAPPED = 0x0001, 0x0101, 0x0020


def request(transaction: bytes) -> bytes:
    """A Binding request; ``transaction`` is 12 bytes."""
    return struct.pack(">HHI", _REQUEST, 0, COOKIE) + transaction


def respond(packet: bytes, source: tuple[str, int]) -> bytes | None:
    """The success response to a Binding request, or nothing for any other packet."""
    if len(packet) < 20:
        return None
    kind, length, cookie = struct.unpack_from(">HHI", packet)
    if kind != _REQUEST or cookie != COOKIE or length != len(packet) - 20:
        return None
    transaction = packet[8:20]
    address = ipaddress.ip_address(source[0].partition("%")[0])
    if address.version == 6 and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    mask = struct.pack(">I", COOKIE) + transaction
    hidden = bytes(a ^ b for a, b in zip(address.packed, mask, strict=False))
    family = 1 if address.version == 4 else 2
    value = struct.pack(">BBH", 0, family, source[1] ^ (COOKIE >> 16)) + hidden
    attribute = struct.pack(">HH", _XOR_MAPPED, len(value)) + value
    return struct.pack(">HHI", _SUCCESS, len(attribute), COOKIE) + transaction + attribute


class Responder(asyncio.DatagramProtocol):
    """Answers Binding requests and nothing else."""

    transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = respond(data, addr)
        if answer is not None:
            self.transport.sendto(answer, addr)


async def listen(port: int) -> list[asyncio.DatagramTransport]:
    """Listen on every address of both families. Raises ``OSError`` when IPv4 cannot be had."""
    loop = asyncio.get_running_loop()
    found = []
    for family, host in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):  # noqa: S104
        try:
            made = socket.socket(family, socket.SOCK_DGRAM)
            if family == socket.AF_INET6:
                made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            made.bind((host, port))
        except OSError:
            if family == socket.AF_INET:
                raise
            continue
        transport, _ = await loop.create_datagram_endpoint(Responder, sock=made)
        found.append(transport)
    return found


def ask(host: str, port: int, timeout: float = 2.0) -> bool:
    """Whether a STUN server answers there."""
    transaction = secrets.token_bytes(12)
    try:
        with socket.socket(
            socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM
        ) as made:
            made.settimeout(timeout)
            made.sendto(request(transaction), (host, port))
            answer, _ = made.recvfrom(2048)
    except OSError:
        return False
    return answer[:2] == struct.pack(">H", _SUCCESS) and answer[8:20] == transaction
