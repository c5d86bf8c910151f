"""What is told, to people and to programs. Pure.

Of what a server said only names of hosts, settings and versions are in it, made printable; the
full report stays in the history.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from selfhost.audit.model import Baseline, Change
from selfhost.history.model import Entry
from selfhost.reports import words
from selfhost.reports.difference import fact
from selfhost.reports.escape import printable

SCHEMA = "selfhost.watch/1"
MAX_FACTS = 30


class Kind(StrEnum):
    """Why somebody is told."""

    BEGUN = "begun"  # the first look: what is there, to compare with from now on
    WORSE = "worse"
    CHANGED = "changed"  # and nothing got worse
    BLIND = "blind"  # the audit could not run, or not reach every host
    UNSHOWN = "unshown"  # the page for participants could not be changed


@dataclass(frozen=True, slots=True)
class Notice:
    """``lines`` are the text; ``details`` are for programs. ``subject`` is one printable line."""

    kind: Kind
    site: str
    subject: str
    lines: tuple[str, ...]
    details: Mapping[str, Any]

    @property
    def text(self) -> str:
        """Subject and lines."""
        return "\n".join((self.subject, "", *self.lines)) + "\n"

    @property
    def document(self) -> dict[str, Any]:
        """As JSON for a webhook."""
        head = {"schema": SCHEMA, "kind": str(self.kind), "site": self.site}
        return {**head, "subject": self.subject, **self.details}


def begun(site: str, entry: Entry) -> Notice:
    """The first look, which has nothing to compare with."""
    failed = entry.count("fail")
    subject = f"{printable(site)}: watched from now on, {failed} finding{'s' * (failed != 1)}"
    lines = (
        f"Audit {entry.id} of {entry.at}: policy {entry.policy}, evidence {entry.evidence}, "
        f"{failed} failed, {entry.count('unknown')} unknown.",
        "From now on only changes are told.",
    )
    details = {"audit": entry.id, "policy": entry.policy, "evidence": entry.evidence}
    return Notice(Kind.BEGUN, site, subject, lines, details)


def changed(site: str, found: Baseline, entry: Entry) -> Notice | None:
    """What is different since what was told last; None when no verdict is.

    Files and versions alone are no reason to be told; they are listed where there is one.
    """
    if not found.changes:
        return None
    bad = sum(one.change.bad for one in found.changes)
    unseen = sum(one.change is Change.UNSEEN for one in found.changes)
    fixed = sum(one.change is Change.FIXED for one in found.changes)
    told = [
        f"{n} {word}" for n, word in ((bad, "worse"), (unseen, "unseen"), (fixed, "fixed")) if n
    ]
    lines = [
        f"{words.CHANGES[one.change]}: {one.severity} {one.control} on {printable(one.target)} "
        f"({one.was or 'not judged'} → {one.now or 'not judged'}): {printable(one.title)}"
        + (" [the control changed, not the server]" if one.by_catalogue else "")
        for one in found.changes
    ]
    lines += [printable(fact(one)) for one in found.facts[:MAX_FACTS]]
    if len(found.facts) > MAX_FACTS:
        lines.append(f"and {len(found.facts) - MAX_FACTS} more facts")
    lines += ["", f"More: selfhost history --show {entry.id}, selfhost fix"]
    details = {
        "audit": entry.id,
        "policy": entry.policy,
        "evidence": entry.evidence,
        "changes": [asdict(one) for one in found.changes],
        "facts": [asdict(one) for one in found.facts[:MAX_FACTS]],
    }
    kind = Kind.WORSE if bad or unseen else Kind.CHANGED
    return Notice(kind, site, f"{printable(site)}: {', '.join(told)}", tuple(lines), details)


def blind(site: str, why: Sequence[str]) -> Notice:
    """The audit itself did not do its work, so that silence would mislead."""
    reasons = [printable(one) for one in why]
    lines = (*reasons, "", "Nothing is known of the server's state while this lasts.")
    subject = f"{printable(site)}: THE AUDIT COULD NOT LOOK"
    return Notice(Kind.BLIND, site, subject, lines, {"reasons": reasons})


def unshown(site: str, why: str) -> Notice:
    """The page for participants may say something else than this look found."""
    reasons = [printable(why)]
    lines = (*reasons, "", "Participants are shown what was published before.")
    subject = f"{printable(site)}: THE PAGE FOR PARTICIPANTS COULD NOT BE CHANGED"
    return Notice(Kind.UNSHOWN, site, subject, lines, {"reasons": reasons})
