"""What is kept of a run: ``<inventory>/runs/<time>/``, mode 0700, with ``ansible.log`` (what
Ansible printed), ``events.jsonl`` and ``run.json``. Secrets are masked in all of them.
"""

import contextlib
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from selfhost import __version__, lock_file
from selfhost.errors import UsageError
from selfhost.provision.events import RunState
from selfhost.provision.invocation import Request


@contextlib.contextmanager
def open_record(inventory: Path) -> Iterator[Path]:
    """A new directory for a run's record; a lock keeps a second run away meanwhile.

    Raises UsageError when another run is under way, or the inventory cannot be written.
    """
    runs = inventory / "runs"
    try:
        runs.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{runs} cannot be written: {error.strerror}",
            hint="the log of each run is kept there; make the inventory writable for your user",
        ) from None

    def busy() -> NoReturn:
        raise UsageError(f"another run on {inventory} is under way", hint="wait until it has ended")

    with lock_file.held(runs / ".lock", busy):
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        record = runs / stamp
        record.mkdir(mode=0o700)
        yield record


def events_before(record: Path) -> Path | None:
    """The events of the run before this one; None when there was none."""
    found = [path for path in record.parent.glob("*/events.jsonl") if path.parent < record]
    return max(found, default=None)


def write_summary(
    record: Path,
    request: Request,
    state: RunState,
    started: float,
    seconds: float,
    code: int | None,
) -> None:
    """Write ``run.json``. ``code`` is ansible-playbook's, None when it was interrupted."""
    steps = [
        {
            "role": role.name,
            "ok": role.ok,
            "changed": role.changed,
            "skipped": role.skipped,
            "failed": role.failed,
            "unreachable": role.unreachable,
            "seconds": round(role.seconds, 1),
        }
        for role in state.steps
    ]
    summary = {
        "schema": "selfhost.run/1",
        "selfhost": __version__,
        "python": sys.version.split()[0],
        "started": datetime.fromtimestamp(started, UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "playbook": request.playbook,
        "check": request.check,
        "tags": request.tags,
        "limit": request.limit,
        "exit": code,  # null: interrupted
        "changed": state.changed,
        "steps": steps,
    }
    (record / "run.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
