"""The site's public address, tried from this machine: what a participant would find."""

import os
import socket
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from selfhost.health.diagnosis import Outside
from selfhost.health.expected import Expected

SECONDS = 3.0
_STUN_COOKIE = 0x2112A442


def try_from_here(expected: Expected) -> Outside:
    """Connect to each port that people need. No answer to a datagram counts as not known for the
    bridge, which answers only those whom it expects, and as closed for the TURN server.
    """
    address = expected.public_address
    asked: dict[str, Callable[[], bool | None]] = {}
    if expected.plays("jitsi_web"):
        asked["web"] = lambda: connects(address, 443)
        asked["plain_web"] = lambda: connects(address, 80)
    if expected.plays("jitsi_videobridge"):
        asked["media"] = lambda: answers_stun(address, expected.media_port)
    if expected.plays("jitsi_turn"):
        asked["turn"] = lambda: bool(answers_stun(address, 3478))
        asked["turn_tls"] = lambda: connects(address, 5349)
    if not asked:
        return Outside()
    with ThreadPoolExecutor(len(asked)) as pool:
        futures = {name: pool.submit(question) for name, question in asked.items()}
        return Outside(**{name: future.result() for name, future in futures.items()})


def connects(address: str, port: int) -> bool:
    """Whether a TCP connection is made."""
    try:
        socket.create_connection((address, port), SECONDS).close()
    except OSError:
        return False
    return True


def answers_stun(address: str, port: int) -> bool | None:
    """Whether a STUN request (RFC 8489) is answered: False when refused, None for silence."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    request = struct.pack("!HHI", 1, 0, _STUN_COOKIE) + os.urandom(12)
    with socket.socket(family, socket.SOCK_DGRAM) as stream:
        try:
            stream.connect((address, port))
            for _ in range(3):
                stream.settimeout(SECONDS / 3)
                stream.send(request)
                try:
                    if stream.recv(2048)[8:20] == request[8:20]:
                        return True
                except TimeoutError:
                    continue
        except OSError:
            return False
    return None
