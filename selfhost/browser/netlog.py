"""Chromium's own log of its network: what pages cannot hide from, because it is below them.

The format is an object with ``constants`` (names of the numbers) and ``events``, one a line. A log
whose browser was killed ends anywhere.
"""

import ipaddress
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

MAX_BYTES = 96 * 1024 * 1024
_MAX_LINE = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Seen:
    """``kind``: request (``name`` is its URL, ``who`` the page that asked), or packets (``name`` is
    the address). ``at``: when first, in seconds of this machine's monotonic clock."""

    kind: str
    name: str
    port: int = 0
    who: str = ""
    at: float = field(default=0.0, compare=False)


def read(path: Path) -> Iterator[Seen]:
    """Each contact once. Nothing where the log cannot be read."""
    names: dict[int, str] = {}
    sources: dict[int, str] = {}
    seen: set[Seen] = set()
    for line in _lines(path):
        if line.startswith(b'{"constants"'):
            names, sources = _names(line, "logEventTypes"), _names(line, "logSourceType")
        elif b'"source"' in line:
            with suppress(ValueError, RecursionError, KeyError, TypeError, AttributeError):
                event = json.loads(line.rstrip(b",\r\n"))
                source = sources.get(event["source"]["type"], "")
                found = _seen(names.get(event["type"], ""), source, event.get("params") or {})
                if found is not None and found not in seen and len(seen) < 5000:
                    seen.add(found)
                    yield replace(found, at=float(event.get("time", 0)) / 1000)


def _lines(path: Path) -> Iterator[bytes]:
    read = 0
    with suppress(OSError), path.open("rb") as file:
        while read < MAX_BYTES and (line := file.readline(_MAX_LINE)):
            read += len(line)
            yield line


def _names(line: bytes, kind: str) -> dict[int, str]:
    with suppress(ValueError, RecursionError, KeyError, TypeError, AttributeError):
        constants = json.loads(line.rstrip(b"\r\n,") + b"}")["constants"]
        return {number: name for name, number in constants[kind].items()}
    return {}


def _seen(event: str, source: str, params: dict[str, Any]) -> Seen | None:
    if event == "URL_REQUEST_START_JOB":
        asker = str(params.get("initiator", ""))
        if asker.startswith("http"):  # else it is the browser's own
            return Seen("request", str(params["url"]), who=asker)
    elif event == "UDP_BYTES_SENT" and source == "UDP_SOCKET":
        # WebRTC's; what asks name servers is a client socket.
        host, _, port = params["address"].rpartition(":")
        if not ipaddress.ip_address(host := host.strip("[]")).is_multicast:
            return Seen("packets", host, int(port))
    return None
