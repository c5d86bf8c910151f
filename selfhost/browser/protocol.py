"""The DevTools protocol over a pair of pipes: messages are JSON, each ended by a NUL."""

import contextlib
import json
import os
import select
import time
from collections.abc import Callable
from typing import Any

Event = Callable[[str, dict[str, Any], str], None]
#: A page may make the browser say much: one message, and all of them.
MAX_MESSAGE = 32 * 1024 * 1024
MAX_BYTES = 512 * 1024 * 1024
_PIECE = 1 << 16


class GoneError(Exception):
    """The browser is gone, or says more than is listened to."""


class RefusedError(Exception):
    """The browser refused a command; the text is its own."""


class Connection:
    """Commands out, answers and events in. ``on_event`` gets method, parameters and session."""

    def __init__(self, read: int, write: int) -> None:
        self._read, self._write = read, write
        self._pending = bytearray()
        self._number = 0
        self._bytes = 0
        self._answers: dict[int, dict[str, Any] | None] = {}
        self.on_event: Event = lambda _method, _params, _session: None
        os.set_blocking(read, False)

    def close(self) -> None:
        """Close both pipes."""
        for fd in (self._read, self._write):
            with contextlib.suppress(OSError):
                os.close(fd)

    def send(self, method: str, session: str = "", **params: Any) -> int:
        """A command whose answer does not matter. Raises GoneError."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        raw = json.dumps(message).encode() + b"\0"
        try:
            while raw:
                raw = raw[os.write(self._write, raw) :]
        except OSError:
            raise GoneError("the browser is gone") from None
        return self._number

    def call(
        self, method: str, session: str = "", seconds: float = 10.0, **params: Any
    ) -> dict[str, Any]:
        """A command and its answer. Raises RefusedError, GoneError or TimeoutError."""
        number = self.send(method, session, **params)
        self._answers[number] = None
        deadline = time.monotonic() + seconds
        try:
            while (answer := self._answers[number]) is None:
                if not self._pump(deadline):
                    raise TimeoutError(f"{method}: no answer within {seconds:.0f} s")
        finally:
            del self._answers[number]
        if "error" in answer:
            raise RefusedError(str(answer["error"].get("message", ""))[:300])
        result = answer.get("result")
        return result if isinstance(result, dict) else {}

    def listen(self, seconds: float) -> None:
        """Take events for so long. Raises GoneError."""
        deadline = time.monotonic() + seconds
        while self._pump(deadline):
            pass

    def _pump(self, deadline: float) -> bool:
        """Read what is there; false once the time is over."""
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        try:
            if not select.select([self._read], [], [], left)[0]:
                return False
            piece = os.read(self._read, _PIECE)
        except (OSError, ValueError):
            piece = b""
        if not piece:
            raise GoneError("the browser is gone")
        self._bytes += len(piece)
        start = len(self._pending)
        self._pending += piece
        if self._bytes > MAX_BYTES or len(self._pending) > MAX_MESSAGE:
            raise GoneError("the page makes the browser say too much")
        while (end := self._pending.find(b"\0", start)) >= 0:
            raw = bytes(self._pending[:end])
            del self._pending[: end + 1]
            start = 0
            self._take(raw)
        return True

    def _take(self, raw: bytes) -> None:
        try:
            message = json.loads(raw)
        except (ValueError, RecursionError):
            return
        if not isinstance(message, dict):
            return
        number = message.get("id")
        if isinstance(number, int):
            if number in self._answers:
                self._answers[number] = message
        elif isinstance(method := message.get("method"), str):
            params = message.get("params")
            session = message.get("sessionId")
            self.on_event(
                method,
                params if isinstance(params, dict) else {},
                session if isinstance(session, str) else "",
            )
