"""The profiles of ``profiles.yml``."""

import re
from dataclasses import dataclass
from functools import cache

from selfhost.catalog.components import load

DEFAULT = "private"


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A control whose findings a profile accepts. ``places``: only when the line of each cited
    place matches."""

    control: str
    reason: str
    places: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Profile:
    """What an audit asks for; fields as in ``profiles.yml``."""

    name: str
    title: str
    description: str
    relaxes: tuple[Relaxation, ...]
    takes_waivers: bool
    unknown_fails: bool


@cache
def profiles() -> tuple[Profile, ...]:
    """Every profile, the default first."""
    entries = load("profiles.yml")
    assert isinstance(entries, list)  # noqa: S101 - our own file, covered by a test
    return tuple(
        Profile(
            name=entry["name"],
            title=entry["title"],
            description=entry["description"],
            relaxes=tuple(map(_relaxation, entry.get("relaxes", ()))),
            takes_waivers=entry.get("waivers", True),
            unknown_fails=entry.get("unknown") == "fail",
        )
        for entry in entries
    )


def _relaxation(entry: dict[str, str]) -> Relaxation:
    pattern = entry.get("places")
    places = re.compile(pattern, re.IGNORECASE) if pattern else None
    return Relaxation(entry["control"], entry["reason"], places)


def named(name: str) -> Profile:
    """The profile of that name. Raises ``KeyError``."""
    return {profile.name: profile for profile in profiles()}[name]
