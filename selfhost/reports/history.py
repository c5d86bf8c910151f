"""The history of a site's audits, as text and JSON."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

import click

from selfhost.audit.model import Change, Outcome
from selfhost.history.model import Entry
from selfhost.reports import charts, words
from selfhost.reports.escape import printable

SCHEMA = "selfhost.history/1"


def as_json(entries: Sequence[Entry]) -> str:
    """All that the history tells, the oldest first."""
    document = {"schema": SCHEMA, "audits": [asdict(entry) for entry in entries]}
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def render(entries: Sequence[Entry], *, host: str = "", colour: bool = False) -> str:
    """A line for each audit, the newest first; with ``host``, of that host and its changes."""
    rows = [_row(entry, host) for entry in reversed(entries)]
    head = ("no.", "collected", "verdict", "failed", "unknown", "since the one before")
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [_line(head, widths).rstrip()]
    for entry, row in zip(reversed(entries), rows, strict=True):
        line = _line(row, widths).rstrip()
        lines.append(click.style(line, fg=_tint(entry)) if colour else line)
        if host:
            lines += [
                f"     {words.change(one.change)}  {one.severity}  {one.control}  "
                f"({one.was or 'not judged'} → {one.now or 'not judged'})"
                for one in entry.changes
                if one.target == host
            ]
    return "\n".join(lines) + "\n"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))


def _row(entry: Entry, host: str) -> tuple[str, ...]:
    hosts = [one for one in entry.hosts if not host or one.target == host]
    counts: Counter[str] = Counter()
    for one in hosts:
        counts.update(one.counts)
    changed = Counter(one.change for one in entry.changes if not host or one.target == host)
    told = [f"{changed[change]} {words.change(change)}" for change in Change if changed[change]]
    if entry.facts and not host:
        told.append(f"{entry.facts} facts")
    lost = sum(not one.reached for one in hosts)
    if lost:
        told.append("not reached" if host else f"{lost} not reached")
    return (
        str(entry.id),
        printable(entry.at),
        charts.verdict(entry),
        str(counts[Outcome.FAIL]),
        str(counts[Outcome.UNKNOWN]),
        ", ".join(told) or "–",
    )


def _tint(entry: Entry) -> str:
    return {"✗": "red", "?": "yellow", "✓": "green"}[charts.verdict(entry)[0]]
