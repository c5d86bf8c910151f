"""Which logs a target keeps, and for how long, for the facts of a report. Pure."""

import math
from contextlib import suppress

from selfhost.effective import retention
from selfhost.effective.seen import NoAnswer
from selfhost.effective.server import Server

_DAY = 86400
JOURNAL = "journal"


def kept(server: Server) -> tuple[tuple[str, int | None], ...]:
    """By who writes them; ``None`` stands for no end. Empty where it could not be read."""
    found: dict[str, int | None] = {}
    with suppress(NoAnswer):
        for rotation in retention.rotations(server):
            for writer in rotation.writers:
                known = writer not in found
                found[writer] = rotation.days if known else _longer(found[writer], rotation.days)
    with suppress(NoAnswer):
        journal = retention.journal(server)
        if journal.stored:
            found[JOURNAL] = math.ceil(journal.seconds / _DAY) if journal.seconds else None
    return tuple(sorted(found.items()))


def _longer(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else max(one, other)
