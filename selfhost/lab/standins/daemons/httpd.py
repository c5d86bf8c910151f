"""The daemons' HTTP interface: a table of paths and one connection per request."""

import asyncio
import contextlib
import errno
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_BODY_LIMIT = 64 * 1024
_REASONS = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


@dataclass(frozen=True)
class Answer:
    """Status, body and its type."""

    status: int = 200
    body: str = ""
    kind: str = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """``path`` without its query; ``body`` in bytes."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


Handler = Callable[[Request], Answer]


def as_json(value: object, status: int = 200) -> Answer:
    """A JSON answer."""
    return Answer(status, json.dumps(value, indent=2, sort_keys=True) + "\n", "application/json")


def metrics(values: Mapping[str, float]) -> Answer:
    """Gauges in the text format of Prometheus."""
    lines = [f"# TYPE {name} gauge\n{name} {value:g}\n" for name, value in values.items()]
    return Answer(body="".join(lines), kind="text/plain; version=0.0.4")


async def serve(host: str, port: int, routes: Mapping[str, Handler]) -> asyncio.Server:
    """Listen. Paths that ``routes`` lacks are 404. Raises ``OSError`` when the port is taken."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(
            OSError,
            ValueError,
            TimeoutError,
            asyncio.IncompleteReadError,
            asyncio.LimitOverrunError,
        ):
            request = await asyncio.wait_for(_read(reader), 10)
            handler = routes.get(request.path)
            answer = Answer(404, "not found\n") if handler is None else handler(request)
            writer.write(_encode(answer, head=request.method == "HEAD"))
            await writer.drain()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    return await asyncio.start_server(handle, host, port)


async def serve_patiently(
    host: str, port: int, routes: Mapping[str, Handler], patience: float = 8.0
) -> asyncio.Server:
    """``serve``, waiting for a predecessor that is still ending to give the port back."""
    loop = asyncio.get_running_loop()
    end = loop.time() + patience
    while True:
        try:
            return await serve(host, port, routes)
        except OSError as problem:
            if problem.errno != errno.EADDRINUSE or loop.time() > end:
                raise
            await asyncio.sleep(0.2)


async def _read(reader: asyncio.StreamReader) -> Request:
    raw = await reader.readuntil(b"\r\n\r\n")
    first, *rest = raw.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    pairs = (line.partition(":") for line in rest if ":" in line)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= _BODY_LIMIT:
        raise ValueError("body too large")
    return Request(method, target.partition("?")[0], headers, await reader.readexactly(length))


def _encode(answer: Answer, *, head: bool) -> bytes:
    body = answer.body.encode()
    top = (
        f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, 'Unknown')}\r\n"
        f"Content-Type: {answer.kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return top.encode() + (b"" if head else body)
