"""What listens and what is connected, and whose it is."""

import os
import socket
import struct
from typing import Dict, List, Optional, Tuple

from selfhost.evidence.collector.processes import process_ids, slurp
from selfhost.evidence.collector.records import Record, document, json_lines, trouble

MAX_DESCRIPTORS = 200000


_STATES = dict(
    enumerate(
        "ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK "
        "LISTEN CLOSING".split(),
        start=1,
    )
)


def _address(text: str) -> Tuple[str, int]:
    """``0100007F:1F90`` of ``/proc/net`` as ``("127.0.0.1", 8080)``."""
    host, _, port = text.partition(":")
    words = [int(host[i : i + 8], 16) for i in range(0, len(host), 8)]
    packed = struct.pack("=%dI" % len(words), *words)
    family = socket.AF_INET if len(packed) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, packed), int(port, 16)


def _owners() -> Dict[str, int]:
    """The lowest process that holds each socket, by the socket's inode."""
    owners: Dict[str, int] = {}
    seen = 0
    for pid in process_ids():
        base = "/proc/%d/fd/" % pid
        try:
            names = os.listdir(base)
        except OSError:
            continue
        for name in names:
            seen += 1
            if seen > MAX_DESCRIPTORS:
                return owners
            try:
                target = os.readlink(base + name)
            except OSError:
                continue
            if target.startswith("socket:["):
                owners.setdefault(target[8:-1], pid)
    return owners


def probe_sockets(step: Record) -> Record:
    source = step["name"]
    lines: List[Record] = []
    owners = _owners()
    for protocol in ("tcp", "tcp6", "udp", "udp6"):
        try:
            table = slurp("/proc/net/" + protocol, 16 * 1024 * 1024).decode("ascii", "replace")
        except FileNotFoundError:
            if protocol.endswith("6"):
                continue  # a kernel without IPv6
            return document(source, "probe:sockets", "failed", reason="/proc/net is not there")
        except OSError as error:
            return trouble(source, "probe:sockets", error)
        for row in table.splitlines()[1:]:
            fields = row.split()
            if len(fields) < 10:
                continue
            local, remote = _address(fields[1]), _address(fields[2])
            state = _STATES.get(int(fields[3], 16), fields[3])
            if protocol.startswith("udp"):
                state = "ESTABLISHED" if state == "ESTABLISHED" else "UNCONN"
            pid = owners.get(fields[9])
            lines.append(
                {
                    "protocol": protocol,
                    "local_address": local[0],
                    "local_port": local[1],
                    "remote_address": remote[0],
                    "remote_port": remote[1],
                    "state": state,
                    "uid": int(fields[7]),
                    "pid": pid,
                    "command": _command_name(pid),
                }
            )
    keys = ("protocol", "local_port", "local_address", "remote_address", "remote_port")
    lines.sort(key=lambda line: tuple(str(line[k]).rjust(6) for k in keys))
    reason = "whose others' sockets are, root alone may see" if os.geteuid() else ""
    return json_lines(source, "probe:sockets", lines, step["max_bytes"], reason)


def _command_name(pid: Optional[int]) -> str:
    try:
        return slurp("/proc/%d/comm" % pid).decode("utf-8", "replace").strip() if pid else ""
    except OSError:
        return ""
