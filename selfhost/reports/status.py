"""``selfhost status`` as a table, and as JSON (``schema/status-1.json``)."""

import json
from collections.abc import Iterator

import click

from selfhost.health.status import HostStatus, Line, State, verdict
from selfhost.reports.escape import printable

SCHEMA = "selfhost.status/1"
SIGNS = {
    State.OK: ("✓ ok", "green"),
    State.WARNING: ("! warning", "yellow"),
    State.BAD: ("✗ bad", "red"),
    State.UNKNOWN: ("? unknown", "magenta"),
}


def render(hosts: tuple[HostStatus, ...], *, colour: bool) -> str:
    """A table per host; plain text without ``colour``."""
    return "\n".join(line for host in hosts for line in _host(host, colour)) + "\n"


def _host(host: HostStatus, colour: bool) -> Iterator[str]:
    yield printable(host.host)
    if host.unreachable:
        yield f"  {_sign(State.UNKNOWN, colour)}  not reached: {printable(host.unreachable)}"
    width = max((len(line.name) for line in host.lines), default=0)
    area = ""
    for line in host.lines:
        heading = line.area if line.area != area else ""
        area = line.area
        text = f"  {heading:<12}  {_sign(line.state, colour)}  {printable(line.name):<{width}}"
        yield f"{text}  {printable(line.text)}"
    yield ""


def _sign(state: State, colour: bool) -> str:
    word, tint = SIGNS[state]
    padded = f"{word:<9}"
    return click.style(padded, fg=tint) if colour else padded


def as_json(hosts: tuple[HostStatus, ...]) -> str:
    """Indented JSON, keys sorted, ASCII only."""
    document = {
        "schema": SCHEMA,
        "verdict": verdict(hosts),
        "hosts": [
            {
                "host": host.host,
                "unreachable": host.unreachable or None,
                "lines": [_line(line) for line in host.lines],
            }
            for host in hosts
        ],
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _line(line: Line) -> dict[str, str]:
    return {"area": line.area, "name": line.name, "state": str(line.state), "text": line.text}
