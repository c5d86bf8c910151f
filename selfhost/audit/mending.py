"""How the findings of an audit are mended: by a role, by a setting first, or by hand. Pure."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import yaml

from selfhost.audit.model import Outcome
from selfhost.audit.saved import Past
from selfhost.controls.model import Control, Fix


class Way(StrEnum):
    """What has to be done."""

    ROLE = "role"  # the settings are right; the server is not as they say
    SETTING = "setting"  # the settings ask for it: they have to be changed first
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class Mend:
    """One finding and how it goes away. ``tag`` is the role's; ``now`` the setting's value."""

    finding: Past
    fix: Fix
    way: Way
    tag: str = ""
    now: str = ""


def plan(
    results: Sequence[Past],
    find: Callable[[str], Control | None],
    hosts: Mapping[str, Mapping[str, Any]],
    tags: Collection[str],
) -> tuple[Mend, ...]:
    """The findings that nobody answers for, the most severe first.

    ``hosts`` are the inventory's settings by host: what was found elsewhere is mended by hand.
    ``tags`` are the roles that a run can be limited to. How to mend comes from the controls of
    this version, never from a report.
    """
    failures = [result for result in results if result.outcome is Outcome.FAIL]
    failures.sort(key=lambda one: (-one.severity.rank, one.control, one.target))
    found: list[Mend] = []
    for result in failures:
        control = find(result.control)
        if control is not None:
            found.append(_mend(result, control.fix, hosts, tags))
    return tuple(found)


def _mend(
    result: Past, fix: Fix, hosts: Mapping[str, Mapping[str, Any]], tags: Collection[str]
) -> Mend:
    if not fix.variable or result.target not in hosts or fix.role not in tags:
        return Mend(result, fix, Way.HAND)
    now = hosts[result.target].get(fix.variable)
    if fix.value and now != yaml.safe_load(fix.value):
        return Mend(
            result, fix, Way.SETTING, fix.role, yaml.safe_dump(now, width=10_000).split("\n")[0]
        )
    return Mend(result, fix, Way.ROLE, fix.role)
