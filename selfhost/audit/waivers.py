"""Waivers: failures that somebody answers for, until a day. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase

from selfhost.audit.model import Accepted, By, Report, Result, WaiverState, WaiverUse
from selfhost.controls.model import Status

#: From so many days before its end a waiver is mentioned.
SOON = 30


@dataclass(frozen=True, slots=True)
class Waiver:
    """``target`` is a name as reports show it, or a pattern with ``*`` and ``?``. ``fingerprint``
    narrows it to one finding; empty for whatever the control finds there. ``place`` is
    ``file:line``."""

    control: str
    target: str
    reason: str
    owner: str
    expires: date
    fingerprint: str = ""
    place: str = ""

    def applies(self, result: Result) -> bool:
        """Whether it is about this finding. Only failures can be waived: of what is unknown,
        nobody knows what is being accepted."""
        return (
            result.status is Status.FAIL
            and result.control == self.control
            and self.names(result.target)
            and self.fingerprint in ("", result.fingerprint)
        )

    def names(self, target: str) -> bool:
        """Whether this target is meant."""
        return target == self.target or fnmatchcase(target, self.target)


def apply(report: Report, waivers: Sequence[Waiver], today: date) -> Report:
    """The report with waived failures marked, and with what became of each waiver.

    The first waiver that applies is the one that counts. On the day it expires it still does.
    """
    valid = [waiver for waiver in waivers if today <= waiver.expires]

    def mark(result: Result) -> Result:
        waiver = next((w for w in valid if w.applies(result)), None)
        if waiver is None:
            return result
        expires = waiver.expires.isoformat()
        accepted = Accepted(By.WAIVER, waiver.place, waiver.reason, waiver.owner, expires)
        return replace(result, accepted=accepted)

    used = tuple(_use(waiver, report, today) for waiver in waivers)
    return replace(report.mapped(mark), waivers=used)


def _use(waiver: Waiver, report: Report, today: date) -> WaiverUse:
    about = [r for r in report.results if r.control == waiver.control and waiver.names(r.target)]
    days = (waiver.expires - today).days
    note = ""
    if not about:
        state = WaiverState.NOT_JUDGED
    elif days < 0:
        state = WaiverState.EXPIRED
    elif any(map(waiver.applies, about)):
        state = WaiverState.USED
    else:
        state = WaiverState.UNUSED
        note = _why_unused(waiver, about)
    return WaiverUse(
        control=waiver.control,
        target=waiver.target,
        reason=waiver.reason,
        owner=waiver.owner,
        expires=waiver.expires.isoformat(),
        place=waiver.place,
        state=state,
        days=days,
        note=note,
    )


def _why_unused(waiver: Waiver, about: Sequence[Result]) -> str:
    statuses = {result.status for result in about}
    if Status.FAIL in statuses:
        return "the finding there has another fingerprint"
    if Status.UNKNOWN in statuses:
        return "the control is unknown there, and only findings can be waived"
    return "the control finds nothing there any more"
