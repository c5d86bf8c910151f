"""The audit that a user means: a JSON report, or one of the inventory's history."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from selfhost.audit.model import Report
    from selfhost.history.model import Entry

audit_argument: Callable[[Callable[..., Any]], Callable[..., Any]] = click.argument(
    "audit", default="latest", metavar="[AUDIT]"
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """``upto``: the audits of the history up to it; none where it is a file."""

    report: "Report"
    upto: "Sequence[Entry]" = ()


def report_file(given: str) -> Path | None:
    """The file that is meant; ``None`` where the history is. A file of that name wins."""
    path = Path(given)
    return path if path.suffix == ".json" or path.exists() else None


def chosen(given: str, inventory: Path) -> Chosen:
    """The audit. Raises UsageError where there is none, or it is damaged."""
    from selfhost.history import store
    from selfhost.history.model import choose
    from selfhost.reports import read_back
    from selfhost.runners import judging

    path = report_file(given)
    if path is not None:
        return Chosen(read_back.report(judging.report_text(path), str(path)))
    entries = store.entries(inventory)
    entry = choose(given, entries)
    text = store.report(inventory, entry)
    upto = entries[: entries.index(entry) + 1]
    return Chosen(read_back.report(text, f"audit {entry.id}"), upto)
