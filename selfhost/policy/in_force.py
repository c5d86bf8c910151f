"""Which promise stands on a day, and how it is changed: announced first, in force later. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from selfhost.errors import UsageError
from selfhost.policy.model import Promise, Sentence


@dataclass(frozen=True, slots=True)
class Change:
    """A promise, the day on which it was announced, and the day from which it is in force."""

    announced: date
    effective: date
    promise: Promise


@dataclass(frozen=True, slots=True)
class InForce:
    """The promise in force, and the one that was announced and is not yet; ``None`` where there is
    none. ``since`` of the first is its ``effective``."""

    now: Change | None = None
    coming: Change | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """What is different in one sentence; ``None`` where there is or was none."""

    was: Sentence | None
    now: Sentence | None


def in_force(changes: Sequence[Change], today: date) -> InForce:
    """From all changes, the oldest first. One that was announced while another had still to take
    effect replaces that one, which never does."""
    now: Change | None = None
    coming: Change | None = None
    for change in changes:
        if change.announced > today:
            break
        if coming is not None and coming.effective <= change.announced:
            now = _followed(now, coming)
        coming = change
    if coming is not None and coming.effective <= today:
        now, coming = _followed(now, coming), None
    return InForce(now, coming)


def _followed(now: Change | None, after: Change) -> Change:
    """What is announced again was in force all the time."""
    same = now is not None and now.promise.digest == after.promise.digest
    return now if now is not None and same else after


def announced(
    changes: Sequence[Change], promise: Promise, today: date, wanted: date | None = None
) -> Change:
    """The next change. ``wanted`` is the day from which it shall be in force; by default, the first
    that the promise in force allows. To announce what is in force takes back what was to come.

    Raises UsageError when nothing changes, or the notice is shorter than was promised.
    """
    if changes and changes[-1].announced > today:
        raise UsageError(
            f"the last change was announced on {changes[-1].announced}, which has not come",
            hint="set this machine's clock",
        )
    found = in_force(changes, today)
    now, coming = found.now, found.coming
    if now is not None and promise.digest == now.promise.digest:
        if coming is None:
            raise UsageError(f"nothing changed: this promise is in force since {now.effective}")
        return Change(today, today, promise)
    again = coming is not None and promise.digest == coming.promise.digest
    if coming is not None and again and wanted in (None, coming.effective):
        raise UsageError(
            f"this promise was announced on {coming.announced}, to be in force from "
            f"{coming.effective}"
        )
    days = now.promise.notice_days if now is not None else 0
    first = today + timedelta(days=days)
    if wanted is not None and wanted < first:
        raise UsageError(
            f"{wanted} is too early: the promise in force says that changes are announced "
            f"{days} days before",
            hint=f"{first} is the first day",
        )
    return Change(today, wanted or first, promise)


def differences(was: Promise, now: Promise) -> Iterator[Difference]:
    """Sentences that were taken away, changed, or added, in the order of the old and then the new;
    an own sentence counts as changed when its text or what it is bound to is another."""
    for sentence in was.sentences:
        other = now.sentence(sentence.id)
        if other is None or other.meaning() != sentence.meaning():
            yield Difference(sentence, other)
    for sentence in now.sentences:
        if was.sentence(sentence.id) is None:
            yield Difference(None, sentence)
