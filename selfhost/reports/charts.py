"""Small charts of a site's audits: what failed, and what could not be told, over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from selfhost.audit.model import Completeness, Outcome, Policy
from selfhost.history.model import Entry

WIDTH, HEIGHT = 240, 44
_PAD = 4
#: Points of a line; of more audits, the worst of each stretch is drawn.
_POINTS = 240
_RECENT = 8


@dataclass(frozen=True, slots=True)
class Chart:
    """One line. ``path`` is SVG's; ``dot`` the last point; ``worst_at`` when it was worst first."""

    name: str
    path: str
    dot: tuple[float, float]
    last: int
    worst: int
    worst_at: str


@dataclass(frozen=True, slots=True)
class Recent:
    """An audit that differs from the one before. ``changes``: how many results of each change."""

    id: int
    at: str
    verdict: str
    failed: int
    unknown: int
    changes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Past:
    """The audits, the last of which is the one that is reported."""

    audits: int
    first: str
    last: str
    failing: int
    charts: tuple[Chart, ...]
    recent: tuple[Recent, ...]


def past(entries: Sequence[Entry]) -> Past | None:
    """What there is to draw; None for fewer than two audits."""
    if len(entries) < 2:
        return None
    return Past(
        audits=len(entries),
        first=entries[0].at,
        last=entries[-1].at,
        failing=sum(entry.policy == Policy.FAIL for entry in entries),
        charts=(
            _chart("Failed", entries, Outcome.FAIL),
            _chart("Unknown", entries, Outcome.UNKNOWN),
        ),
        recent=tuple(map(_recent, [e for e in reversed(entries) if e.changes][:_RECENT])),
    )


def _chart(name: str, entries: Sequence[Entry], outcome: Outcome) -> Chart:
    values = [entry.count(outcome) for entry in entries]
    worst = max(values)
    points = _points(list(map(_seconds, entries)), values)
    path = f"M{points[0][0]:g} {points[0][1]:g}"
    path += "".join(f"H{x:g}V{y:g}" for x, y in points[1:])
    return Chart(
        name, path, points[-1], values[-1], worst, entries[values.index(worst)].at if worst else ""
    )


def _points(times: Sequence[float], values: Sequence[int]) -> list[tuple[float, float]]:
    """As steps: an audit holds until the next. Time that goes backwards counts as none."""
    first, span = times[0], max(times) - times[0]
    highest = max(*values, 1)
    columns: dict[int, tuple[float, int]] = {}
    for number, (time, value) in enumerate(zip(times, values, strict=True)):
        part = (time - first) / span if span > 0 else number / (len(times) - 1)
        column = round(min(max(part, 0.0), 1.0) * _POINTS)
        before = columns.get(column, (0.0, 0))[1]
        last = number == len(times) - 1
        columns[column] = (column / _POINTS, value if last else max(value, before))
    return [
        (
            round(_PAD + part * (WIDTH - 2 * _PAD), 1),
            round(HEIGHT - _PAD - value / highest * (HEIGHT - 2 * _PAD), 1),
        )
        for _, (part, value) in sorted(columns.items())
    ]


def _seconds(entry: Entry) -> float:
    try:
        return datetime.fromisoformat(entry.at).timestamp()
    except ValueError:  # the file may have been changed
        return 0.0


def _recent(entry: Entry) -> Recent:
    kinds = [one.change for one in entry.changes]
    return Recent(
        id=entry.id,
        at=entry.at,
        verdict=verdict(entry),
        failed=entry.count(Outcome.FAIL),
        unknown=entry.count(Outcome.UNKNOWN),
        changes=tuple((kind, kinds.count(kind)) for kind in dict.fromkeys(kinds)),
    )


def verdict(entry: Entry) -> str:
    """The headline of an audit that is kept, with its sign."""
    if entry.policy == Policy.FAIL:
        return "✗ FAIL"
    return "? no failure seen" if entry.evidence == Completeness.PARTIAL else "✓ PASS"
