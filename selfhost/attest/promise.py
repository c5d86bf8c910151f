"""What a statement says of the site's promise: which one is in force, which was announced. Pure.

Digests, days and counts only: what the promise says is published beside it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from selfhost.attest.problems import Code, Problem

if TYPE_CHECKING:
    from selfhost.attest.statement import Statement

_HEX = frozenset("0123456789abcdef")
_MAX_DAYS = 366


@dataclass(frozen=True, slots=True)
class Coming:
    """A promise that was announced and is not in force yet."""

    sha256: str
    announced: date
    effective: date


@dataclass(frozen=True, slots=True)
class Promised:
    """The promise in force, since when, and for how many days it says that changes are announced;
    how many of its sentences the audit shows to hold, to be broken, and neither."""

    sha256: str
    effective: date
    notice_days: int
    holds: int
    broken: int
    unknown: int
    coming: Coming | None = None

    def section(self) -> dict[str, Any]:
        """As the statement's predicate has it."""
        coming = self.coming
        return {
            "sha256": self.sha256,
            "effective": self.effective.isoformat(),
            "noticeDays": self.notice_days,
            "sentences": {"holds": self.holds, "broken": self.broken, "unknown": self.unknown},
            "announced": []
            if coming is None
            else [
                {
                    "sha256": coming.sha256,
                    "announced": coming.announced.isoformat(),
                    "effective": coming.effective.isoformat(),
                }
            ],
        }


@dataclass(frozen=True, slots=True)
class Changed:
    """The first statement in which another promise is in force."""

    sequence: int
    effective: date
    was: str
    now: str


def read(section: Any, issued: datetime) -> Promised:
    """What a signed section says. Raises KeyError, TypeError or ValueError where it cannot be."""
    sentences = section["sentences"]
    found = Promised(
        sha256=_digest(section["sha256"]),
        effective=_day(section["effective"]),
        notice_days=_count(section["noticeDays"], _MAX_DAYS),
        holds=_count(sentences["holds"]),
        broken=_count(sentences["broken"]),
        unknown=_count(sentences["unknown"]),
        coming=_coming(section["announced"]),
    )
    if found.effective > issued.date():
        raise ValueError
    return found


def _coming(entries: Any) -> Coming | None:
    """One at most: the next replaces it."""
    if not isinstance(entries, list) or len(entries) > 1:
        raise ValueError
    for entry in entries:
        digest, days = entry["sha256"], (entry["announced"], entry["effective"])
        return Coming(_digest(digest), *map(_day, days))
    return None


def _digest(text: Any) -> str:
    if not isinstance(text, str) or len(text) != 64 or not _HEX.issuperset(text):
        raise ValueError
    return text


def _day(text: Any) -> date:
    if not isinstance(text, str) or len(text) != len("2026-01-01"):
        raise ValueError
    return date.fromisoformat(text)


def _count(value: Any, most: int = 10_000) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError
    return value


def changes(chain: Sequence["Statement"]) -> tuple[Changed, ...]:
    """Where the promise changed from one statement to the next that names one."""
    named = [(one.sequence, one.promise) for one in chain if one.promise is not None]
    return tuple(
        Changed(sequence, after.effective, before.sha256, after.sha256)
        for (_, before), (sequence, after) in pairwise(named)
        if before.sha256 != after.sha256
    )


def problems(chain: Sequence["Statement"]) -> Iterator[Problem]:
    """Changes without the notice that participants were promised, by neighbours in the chain."""
    for before, after in pairwise(chain):
        if before.promise is None or after.sequence != before.sequence + 1:
            continue
        where = f"statement {after.sequence}"
        if after.promise is None:
            yield Problem(Code.PROMISE_UNANNOUNCED, where, "it names no promise any more")
            continue
        yield from _in_force(before.promise, after.promise, after.issued.date(), where)
        yield from _notice(before, after.promise, where)


def _in_force(before: Promised, after: Promised, issued: date, where: str) -> Iterator[Problem]:
    """Whether what is in force now was announced, for a day that has come."""
    if after.sha256 == before.sha256:
        return
    told = before.coming
    if told is not None and told.sha256 == after.sha256:
        if min(issued, after.effective) < told.effective:
            yield Problem(Code.PROMISE_EARLY, where, f"announced for {told.effective}")
    elif before.notice_days:
        yield Problem(Code.PROMISE_UNANNOUNCED, where)


def _notice(before: "Statement", after: Promised, where: str) -> Iterator[Problem]:
    """Whether what is announced now leaves the time that the promise in force grants."""
    told, promised = after.coming, before.promise
    if told is None or promised is None or told == promised.coming:
        return
    given = (told.effective - told.announced).days
    if given < promised.notice_days:
        detail = f"{given} days of notice, not {promised.notice_days}"
        yield Problem(Code.PROMISE_EARLY, where, detail)
    elif told.announced < before.issued.date():
        detail = f"it says that it was announced on {told.announced}, and it was not"
        yield Problem(Code.PROMISE_EARLY, where, detail)
