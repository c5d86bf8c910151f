"""What participants are told of the promise: each sentence with what the audit says of it, and
what was announced. Pure."""

from dataclasses import dataclass
from datetime import date

from selfhost.audit.model import Report
from selfhost.policy.catalogue import said, text
from selfhost.policy.in_force import Change, InForce, differences
from selfhost.policy.judge import judge
from selfhost.policy.model import Promise, State


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence as people read it, what the audit says of it, and the controls it rests on."""

    id: str
    text: str
    state: State
    controls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Announcement:
    """A change that is not in force yet, and what will be different, a sentence each."""

    announced: date
    effective: date
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """``since``: from when the promise is in force; ``digest`` names it, as in the signed
    statement. ``changes`` are announced; empty when nothing is to change."""

    since: date
    digest: str
    lines: tuple[Line, ...]
    changes: tuple[Announcement, ...]


def told(found: InForce, report: Report, today: date, language: str) -> Told | None:
    """For the participants' page; ``None`` where no promise is in force.

    Raises UsageError where there are no texts in that language.
    """
    if found.now is None:
        return None
    promise = found.now.promise
    return Told(
        since=found.now.effective,
        digest=promise.digest,
        lines=tuple(
            Line(
                one.sentence.id,
                said(one.sentence, language),
                one.state,
                one.controls,
            )
            for one in judge(promise, report, today)
        ),
        changes=(announcement(promise, found.coming, language),) if found.coming else (),
    )


def announcement(was: Promise, change: Change, language: str) -> Announcement:
    """What a change will bring."""
    return Announcement(
        change.announced, change.effective, tuple(described(was, change.promise, language))
    )


def described(was: Promise, now: Promise, language: str) -> list[str]:
    """Each difference in a sentence."""
    lines = []
    for one in differences(was, now):
        old = said(one.was, language) if one.was else ""
        new = said(one.now, language) if one.now else ""
        if one.was is None:
            lines.append(text(language, "change.added", now=new))
        elif one.now is None:
            lines.append(text(language, "change.removed", was=old))
        elif old == new:
            lines.append(text(language, "change.binding", now=new))
        else:
            lines.append(text(language, "change.changed", was=old, now=new))
    if was.notice_days != now.notice_days:
        lines.append(text(language, "change.notice", was=was.notice_days, now=now.notice_days))
    return lines
