"""What a participant saw at the last look, so that an older chain does not pass for a newer one.

A file of their own; losing it loses only that comparison.
"""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from selfhost import whole_file
from selfhost.attest.chain import Remembered
from selfhost.attest.statement import Statement
from selfhost.errors import UsageError

_MAX = 4 * 1024 * 1024


def default_path() -> Path:
    """In the user's folder for state (XDG)."""
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "selfhost" / "verified.json"


def recall(path: Path, key_id: str, host: str) -> Remembered | None:
    """None when nothing was seen yet. Raises UsageError when the file is damaged."""
    entry = _read(path).get(f"{key_id} {host}")
    if entry is None:
        return None
    try:
        return Remembered(int(entry["sequence"]), str(entry["digest"]), str(entry["seen"]))
    except (KeyError, TypeError, ValueError):
        raise _damaged(path) from None


def remember(path: Path, key_id: str, newest: Statement, now: datetime) -> bool:
    """Write down the newest statement; False when that is not possible."""
    entries = _read(path)
    entries[f"{key_id} {newest.host}"] = {
        "sequence": newest.sequence,
        "digest": newest.digest,
        "seen": f"{now:%Y-%m-%d}",
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        whole_file.put(path, (json.dumps(entries, indent=2, sort_keys=True) + "\n").encode())
    except OSError:
        return False
    return True


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            entries = json.loads(stream.read(_MAX))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError:
        raise _damaged(path) from None
    if not isinstance(entries, dict):
        raise _damaged(path)
    return entries


def _damaged(path: Path) -> UsageError:
    return UsageError(
        f"{path} is damaged",
        hint="it holds what you verified before; without it, an old chain cannot be told: "
        "move it away, or use --no-memory",
    )
