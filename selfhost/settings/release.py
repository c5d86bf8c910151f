"""What this release changed for those who come from an earlier one: renamed settings, and changes
that an admin has to acknowledge. The data is the roles' (``roles/site/files/release.yml``), so that
Ansible alone refuses the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from selfhost.errors import SelfhostError, SettingsError
from selfhost.provision import content
from selfhost.settings.document import Value
from selfhost.settings.problems import Problem

FILE = "site/files/release.yml"
ACKNOWLEDGED = "site_acknowledged_release"


@dataclass(frozen=True, slots=True)
class Renamed:
    """A setting that has another name since a release."""

    name: str
    since: str


@dataclass(frozen=True, slots=True)
class Change:
    """A change that may surprise who runs a server: what, and what to do about it."""

    id: str
    since: str
    what: str
    do: str


@dataclass(frozen=True, slots=True)
class Release:
    """This release's number and its changes."""

    number: str
    renamed: Mapping[str, Renamed]
    breaking: tuple[Change, ...]


def load_release(roles: Path) -> Release:
    """The roles' own account of their release; an empty one where they have none.

    Raises SelfhostError (a bug of ours) when the file is not as it should be.
    """
    path = roles / FILE
    if not path.is_file():
        return Release("0", {}, ())
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Release(
            number=str(found["release"]),
            renamed={old: Renamed(**new) for old, new in found["renamed"].items()},
            breaking=tuple(Change(**change) for change in found["breaking"]),
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise SelfhostError(f"{path} is not valid ({type(error).__name__})") from error


def renamed_problems(
    values: Mapping[str, Value], renamed: Mapping[str, Renamed]
) -> Iterator[Problem]:
    """The settings that stand under a name of earlier releases, each with its new name."""
    for old, new in renamed.items():
        if old not in values:
            continue
        hint = (
            f"remove the line: {new.name} is set already ({values[new.name].place})"
            if new.name in values
            else f"write {new.name} in its place; the value keeps its meaning"
        )
        yield Problem(old, f"is called {new.name} since {new.since}", hint, values[old].place)


def pending(breaking: tuple[Change, ...], acknowledged: str) -> tuple[Change, ...]:
    """The changes that came after the release that the admin has acknowledged."""
    known = _numbers(acknowledged)
    return tuple(change for change in breaking if _numbers(change.since) > known)


def unread(settings: Mapping[str, Any]) -> tuple[Change, ...]:
    """The changes of this release that a site's admin has not acknowledged."""
    acknowledged = str(settings.get(ACKNOWLEDGED) or "")
    return pending(load_release(content.roles()).breaking, acknowledged)


def require_acknowledged(settings: Mapping[str, Any], inventory: Path) -> None:
    """Stop before a server is changed in a way that its admin does not know of.

    Raises SettingsError that tells each change since the acknowledged release.
    """
    release = load_release(content.roles())
    changes = unread(settings)
    if not changes:
        return
    lines = [f"  {c.since}, {c.id}: this release {c.what}. {c.do}" for c in changes]
    since = settings.get(ACKNOWLEDGED) or "none"
    raise SettingsError(
        f"nothing was done: {ACKNOWLEDGED} is {since}, and since then:\n" + "\n".join(lines),
        hint=f"when you have read that and done what it says, set {ACKNOWLEDGED}: "
        f"{release.number} in {inventory}/group_vars/all/settings.yml",
    )


def _numbers(release: str) -> tuple[int, ...]:
    """``0.12.3`` as numbers; what is not a number ends it (``0.1.0.dev0``)."""
    found: list[int] = []
    for part in release.split("."):
        if not (part.isascii() and part.isdigit()):
            break
        found.append(int(part))
    return tuple(found)


def acknowledged_problem(settings: Mapping[str, Any], number: str) -> Problem | None:
    """What is wrong with the acknowledged release itself: no number, or one that is yet to come."""
    given = settings.get(ACKNOWLEDGED)
    if not isinstance(given, str) or not given:
        return None
    if not _numbers(given) or len(_numbers(given)) != len(given.split(".")):
        return Problem(ACKNOWLEDGED, f"'{given}' is not a release", f"write one such as {number}")
    if _numbers(given) > _numbers(number):
        return Problem(
            ACKNOWLEDGED,
            f"{given} is a later release than this one ({number})",
            "take the selfhost that this inventory was last used with, or write this one's number",
        )
    return None
