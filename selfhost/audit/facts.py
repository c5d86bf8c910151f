"""What two audits saw, compared without a verdict: files, packages, settings. Pure.

Only what stays as it is while nobody changes it: files and names in folders, not processes,
sockets and other output that differs from minute to minute.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from selfhost.audit.model import FactChange, FactKind

_Place = tuple[str, str]  # target, path or path#key
_VOLATILE = ("/proc/", "/sys/", "/run/")
#: Each look keys its marks anew. That a secret changed shows by its file's digest.
_MARK = re.compile(r"REDACTED_[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Facts:
    """``reached`` are the targets that gave evidence; ``files`` have a state and a digest,
    ``settings`` the lines that are cited for a key."""

    reached: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    files: Mapping[_Place, str] = field(default_factory=dict)
    settings: Mapping[_Place, frozenset[str]] = field(default_factory=dict)
    versions: Mapping[_Place, str] = field(default_factory=dict)


def files(documents: Iterable[tuple[str, str, str, str]]) -> dict[_Place, str]:
    """From target, path, state and digest of each document."""
    return {
        (target, path): f"{state} {sha256}".rstrip()
        for target, path, state, sha256 in documents
        if _stays(path)
    }


def settings(citations: Iterable[tuple[str, str, str, str]]) -> dict[_Place, frozenset[str]]:
    """From target, path, key and line of each place that a result rests on."""
    found: dict[_Place, set[str]] = {}
    for target, path, key, excerpt in citations:
        if key and excerpt and _stays(path):
            line = _MARK.sub("REDACTED", excerpt.strip())
            found.setdefault((target, f"{path}#{key}"), set()).add(line)
    return {place: frozenset(lines) for place, lines in found.items()}


def _stays(path: str) -> bool:
    return path.startswith("/") and not path.startswith(_VOLATILE)


def differences(before: Facts, after: Facts) -> tuple[FactChange, ...]:
    """By target, then kind, then name. Of targets that were not reached in both, only that."""
    return tuple(
        sorted(
            (*_reached(before, after), *_differences(before, after)),
            key=lambda one: (one.target, one.kind, one.name),
        )
    )


def _reached(before: Facts, after: Facts) -> Iterator[FactChange]:
    for target in before.targets | after.targets:
        was, now = (_how(facts, target) for facts in (before, after))
        if was != now:
            yield FactChange(FactKind.REACHED, target, target, was, now)


def _how(facts: Facts, target: str) -> str:
    if target not in facts.targets:
        return ""
    return "reached" if target in facts.reached else "not reached"


def _differences(before: Facts, after: Facts) -> Iterator[FactChange]:
    both = before.reached & after.reached
    for place in before.files.keys() | after.files.keys():
        was, now = before.files.get(place, ""), after.files.get(place, "")
        if place[0] in both and was != now:
            states = (was.partition(" ")[0], now.partition(" ")[0])
            if states[0] == states[1]:
                states = (_short(was), _short(now))
            if set(states) != {"", "absent"}:
                yield FactChange(FactKind.FILE, place[0], place[1], *states)
    # Older reports name no versions at all.
    known = both & _hosts(before.versions) & _hosts(after.versions)
    for place in before.versions.keys() | after.versions.keys():
        was, now = before.versions.get(place, ""), after.versions.get(place, "")
        if place[0] in known and was != now:
            yield FactChange(FactKind.PACKAGE, place[0], place[1], was, now)
    for place in before.settings.keys() & after.settings.keys():
        if before.settings[place] != after.settings[place]:
            lines = (" | ".join(sorted(facts.settings[place])) for facts in (before, after))
            yield FactChange(FactKind.SETTING, place[0], place[1], *lines)


def _hosts(places: Iterable[_Place]) -> frozenset[str]:
    return frozenset(target for target, _ in places)


def _short(file: str) -> str:
    """A state and the beginning of the digest."""
    state, _, sha256 = file.partition(" ")
    return f"{state} {sha256[:12]}"
