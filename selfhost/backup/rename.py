"""Which domain a rename goes from and to, kept beside the inventory until it has ended."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from selfhost.errors import UsageError
from selfhost.settings import edit
from selfhost.settings.addresses import domain_problem
from selfhost.settings.document import read_text

_PENDING = "rename.json"


@dataclass(frozen=True, slots=True)
class Rename:
    """From one domain to another."""

    old: str
    new: str


def planned(inventory: Path, now: str, new: str) -> Rename:
    """The rename to carry out; also one that was interrupted, onwards or back.

    Raises UsageError when ``new`` is no domain, is the domain already, or another rename has to
    be finished first.
    """
    if wrong := domain_problem(new):
        raise UsageError(f"'{new}' {wrong[0]}", hint=wrong[1])
    pending = _pending(inventory)
    if pending is None:
        if new == now:
            raise UsageError(f"the server's domain is {new} already")
        return Rename(now, new)
    if new == pending.new:
        return pending
    if new == pending.old:
        return Rename(pending.new, pending.old)
    raise UsageError(
        f"a rename from {pending.old} to {pending.new} has not ended",
        hint=f"finish it: selfhost rename {pending.new}; or go back: selfhost rename {pending.old}",
    )


def begin(inventory: Path, rename: Rename) -> None:
    """Note it down, so that it can be finished after an interruption."""
    text = json.dumps({"from": rename.old, "to": rename.new}) + "\n"
    edit.write_text(inventory / _PENDING, text, 0o644)


def end(inventory: Path, rename: Rename) -> Path:
    """Put the new domain into the settings; return the file. Raises SettingsError."""
    changed = edit.set_value(inventory, "site_domain", rename.new)
    (inventory / _PENDING).unlink(missing_ok=True)
    return changed


def mentions(inventory: Path, domain: str) -> Iterator[str]:
    """Where else the settings name a domain, as ``path:line``: nobody but the admin can tell
    whether that is to change."""
    form = re.compile(rf"(?<![\w.-]){re.escape(domain)}(?![\w-])")
    for folder in ("group_vars", "host_vars"):
        for path in sorted((inventory / folder).rglob("*.y*ml")):
            for number, line in enumerate(read_text(path).splitlines(), start=1):
                told = line.lstrip()
                if told.startswith(("#", "site_domain:")):
                    continue
                if form.search(line):
                    yield f"{path}:{number}"


def _pending(inventory: Path) -> Rename | None:
    path = inventory / _PENDING
    try:
        found = json.loads(path.read_text("utf-8"))
        return Rename(str(found["from"]), str(found["to"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(
            f"{path} is not understood", hint="remove it if no rename was interrupted"
        ) from None
