"""The last audit of a site: what ``selfhost audit`` leaves in the inventory."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from selfhost import whole_file
from selfhost.health.status import LastAudit

NAME = "last-audit.json"
_MAX = 64 * 1024 * 1024


def keep(inventory: Path, report: Iterable[str]) -> bool:
    """Write the report (pieces of JSON) for later; False when the inventory cannot be written."""
    try:
        whole_file.put(inventory / NAME, (piece.encode() for piece in report))
    except OSError:
        return False
    return True


def last(inventory: Path) -> LastAudit | None:
    """What the kept report says; None when there is none that can be read."""
    path = inventory / NAME
    try:
        if path.stat().st_size > _MAX:
            return None
        document = json.loads(path.read_text("utf-8"))
        times = [_seconds(target["collected_at"]) for target in document["targets"]]
        reached = [time for time in times if time is not None]
        verdict = document["verdict"]
        return LastAudit(min(reached), str(verdict["policy"]), str(verdict["evidence"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _seconds(text: Any) -> float | None:
    return datetime.fromisoformat(text).timestamp() if text else None
