"""A TURN client (RFC 8656), as far as the tests need one."""

import base64
import hashlib
import hmac
import ipaddress
import os
import socket
import ssl
import struct
import time
from dataclasses import dataclass, field
from typing import Self

MAGIC = 0x2112A442
BINDING, ALLOCATE, SEND, DATA, PERMISSION, CHANNEL = 0x001, 0x003, 0x016, 0x017, 0x008, 0x009
SUCCESS, ERROR = 0x100, 0x110
USERNAME, INTEGRITY, CODE, CHANNEL_NUMBER, PEER = 0x0006, 0x0008, 0x0009, 0x000C, 0x0012
PAYLOAD, REALM, NONCE, RELAYED, FAMILY, TRANSPORT = 0x0013, 0x0014, 0x0015, 0x0016, 0x0017, 0x0019
UDP, TCP = 17, 6
Address = tuple[str, int]


class RefusedError(Exception):
    """The server's answer was an error; ``code`` is its number."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


def credentials(secret: str, seconds: int = 600) -> tuple[str, str]:
    """Name and password that a server with this shared secret takes, until they expire."""
    name = str(int(time.time()) + seconds)
    digest = hmac.new(secret.encode(), name.encode(), hashlib.sha1).digest()
    return name, base64.b64encode(digest).decode()


def attribute(kind: int, value: bytes) -> bytes:
    """An attribute with its padding."""
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def packed(address: Address, transaction: bytes) -> bytes:
    """An address as XOR-… attributes hold it."""
    ip = ipaddress.ip_address(address[0])
    mask = struct.pack("!I", MAGIC) + transaction
    hidden = bytes(a ^ b for a, b in zip(ip.packed, mask, strict=False))
    return struct.pack("!BBH", 0, 1 if ip.version == 4 else 2, address[1] ^ (MAGIC >> 16)) + hidden


def unpacked(value: bytes, transaction: bytes) -> Address:
    """The address that a XOR-… attribute holds."""
    mask = struct.pack("!I", MAGIC) + transaction
    ip = ipaddress.ip_address(bytes(a ^ b for a, b in zip(value[4:], mask, strict=False)))
    return str(ip), struct.unpack("!H", value[2:4])[0] ^ (MAGIC >> 16)


def message(kind: int, transaction: bytes, *attributes: bytes) -> bytes:
    """A STUN message."""
    body = b"".join(attributes)
    return struct.pack("!HHI", kind, len(body), MAGIC) + transaction + body


def attributes(data: bytes) -> dict[int, bytes]:
    """The attributes of a message."""
    found, rest = {}, data[20:]
    while len(rest) >= 4:
        kind, length = struct.unpack("!HH", rest[:4])
        found[kind] = rest[4 : 4 + length]
        rest = rest[4 + length + -length % 4 :]
    return found


@dataclass
class TurnClient:
    """A connection to a server: UDP, or TLS when ``tls`` gives the name to ask for."""

    address: str
    port: int
    name: str
    password: str
    tls: str = ""
    realm: bytes = b""
    nonce: bytes = b""
    stream: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        if self.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            plain = socket.create_connection((self.address, self.port), timeout=10)
            self.stream = context.wrap_socket(plain, server_hostname=self.tls)
        else:
            family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
            self.stream = socket.socket(family, socket.SOCK_DGRAM)
            self.stream.connect((self.address, self.port))
        self.stream.settimeout(5)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.close()

    def allocate(self, transport: int = UDP, family: int = 4) -> Address:
        """Ask for a relay; where it is. Raises ``RefusedError``."""
        wanted = [attribute(TRANSPORT, bytes((transport, 0, 0, 0)))]
        if family == 6:
            wanted.append(attribute(FAMILY, bytes((2, 0, 0, 0))))
        try:
            self.request(ALLOCATE, *wanted)
        except RefusedError as refused:
            if refused.code != 401 or not self.nonce:
                raise
        answer, transaction = self.request(ALLOCATE, *wanted)
        return unpacked(answer[RELAYED], transaction)

    def permit(self, peer: Address) -> None:
        """Ask to be allowed to send to a peer, both ways that there are."""
        transaction = os.urandom(12)
        self.request(PERMISSION, attribute(PEER, packed(peer, transaction)), using=transaction)

    def bind(self, peer: Address, channel: int) -> None:
        """Ask for a channel to a peer."""
        transaction = os.urandom(12)
        number = attribute(CHANNEL_NUMBER, struct.pack("!HH", channel, 0))
        to = attribute(PEER, packed(peer, transaction))
        self.request(CHANNEL, number, to, using=transaction)

    def send(self, peer: Address, data: bytes) -> None:
        """Have something relayed."""
        transaction = os.urandom(12)
        to = attribute(PEER, packed(peer, transaction))
        self.stream.send(message(SEND, transaction, to, attribute(PAYLOAD, data)))

    def receive(self) -> tuple[Address, bytes]:
        """What a peer sent. Raises ``TimeoutError`` when nothing comes."""
        while True:
            data = self._message()
            if struct.unpack("!H", data[:2])[0] == DATA:
                found = attributes(data)
                return unpacked(found[PEER], data[8:20]), found[PAYLOAD]

    def request(
        self, kind: int, *wanted: bytes, using: bytes = b""
    ) -> tuple[dict[int, bytes], bytes]:
        """Send a request and wait for its answer: its attributes and its transaction."""
        transaction = using or os.urandom(12)
        parts = list(wanted)
        if self.nonce:
            parts += [
                attribute(USERNAME, self.name.encode()),
                attribute(REALM, self.realm),
                attribute(NONCE, self.nonce),
            ]
            body = b"".join(parts)
            head = struct.pack("!HHI", kind, len(body) + 24, MAGIC) + transaction
            login = f"{self.name}:{self.realm.decode()}:{self.password}".encode()
            key = hashlib.md5(login).digest()  # noqa: S324 - as the protocol has it
            parts.append(attribute(INTEGRITY, hmac.new(key, head + body, hashlib.sha1).digest()))
        self.stream.send(message(kind, transaction, *parts))
        while True:
            data = self._message()
            if data[8:20] == transaction:
                break
        found = attributes(data)
        if struct.unpack("!H", data[:2])[0] == kind | ERROR:
            self.realm, self.nonce = found.get(REALM, self.realm), found.get(NONCE, self.nonce)
            raise RefusedError(found[CODE][2] * 100 + found[CODE][3])
        return found, transaction

    def _message(self) -> bytes:
        if not self.tls:
            return self.stream.recv(65536)
        head = self._exactly(20)
        return head + self._exactly(struct.unpack("!H", head[2:4])[0])

    def _exactly(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            part = self.stream.recv(length - len(data))
            if not part:
                raise ConnectionError("the server closed the connection")
            data += part
        return data
