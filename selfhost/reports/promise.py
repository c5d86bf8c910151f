"""A promise and what an audit says of it, as text and JSON (``schema/policy-1.json``)."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from selfhost.audit.model import Report
from selfhost.policy.catalogue import said
from selfhost.policy.changes import described
from selfhost.policy.in_force import Change, InForce
from selfhost.policy.model import Evidence, Judged, Promise, State, overall
from selfhost.reports.escape import printable

SCHEMA = "selfhost.policy/1"
_SIGNS = {State.BROKEN: "✗ BROKEN", State.UNKNOWN: "? UNKNOWN", State.HOLDS: "✓ holds"}
#: Of each sentence, in text; JSON has all.
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Checked:
    """A promise that was judged. ``drifted``: ``policy.yml`` says something that was not announced;
    ``draft``: that text was judged, and not what is in force."""

    promise: Promise
    in_force: InForce
    judged: tuple[Judged, ...]
    report: Report
    language: str
    drifted: bool = False
    draft: bool = False

    @property
    def state(self) -> State:
        """Of all sentences."""
        return overall(self.judged)

    @property
    def audited(self) -> str:
        """When the oldest evidence was collected; empty when there is none."""
        return min((t.collected_at for t in self.report.targets if t.collected_at), default="")


def render(checked: Checked) -> str:
    """What is broken first, with control, evidence and place; what holds in a line each."""
    lines = [f"{_which(checked)}, by the audit of {printable(checked.audited) or 'no server'}", ""]
    order = list(_SIGNS)
    for one in sorted(checked.judged, key=lambda one: order.index(one.state)):
        text = printable(said(one.sentence, checked.language))
        lines.append(f"{_SIGNS[one.state]:<9}  {one.sentence.id}: {text}")
        lines += _because(one.evidence)
    coming = checked.in_force.coming
    if coming is not None and not checked.draft:
        lines += ["", f"Announced on {coming.announced}, in force from {coming.effective}:"]
        differences = described(checked.promise, coming.promise, checked.language)
        lines += [f"  {printable(one)}" for one in differences]
    counts = {state: sum(one.state is state for one in checked.judged) for state in State}
    sign = _SIGNS[checked.state].partition(" ")[0]
    lines += [
        "",
        f"{sign} {counts[State.BROKEN]} broken, {counts[State.UNKNOWN]} unknown, "
        f"{counts[State.HOLDS]} hold",
    ]
    return "\n".join(lines) + "\n"


def _which(checked: Checked) -> str:
    name = checked.promise.digest[:12]
    if checked.draft:
        return f"Draft {name}"
    now = checked.in_force.now
    if now is None:
        return f"Promise {name}, not announced yet"
    return f"Promise {name}, in force since {now.effective}"


def _because(evidence: Sequence[Evidence]) -> list[str]:
    lines = []
    for one in evidence[:_SHOWN]:
        where = f" on {printable(one.target)}" if one.target else ""
        head = f"{one.control}{where}: {one.outcome}: " if one.control else f"{one.target}: "
        lines.append(f"    {printable(head.removeprefix(': '))}{printable(one.message)}")
        lines += [f"        {printable(place)}" for place in one.places[:2]]
    if len(evidence) > _SHOWN:
        lines.append(f"    and {len(evidence) - _SHOWN} more")
    return lines


def difference(was: Promise | None, now: Promise, language: str) -> str:
    """What changes, a line each; all sentences where nothing was promised before."""
    if was is None:
        lines = [f"+ {said(one, language)}" for one in now.sentences]
    else:
        lines = described(was, now, language) or ["Nothing changes."]
    return "".join(f"{printable(line)}\n" for line in lines)


def changes(announced: Sequence[Change], language: str) -> str:
    """Every change with its days, the oldest first."""
    if not announced:
        return "Nothing was announced yet.\n"
    texts = []
    before = None
    for change in announced:
        head = f"{change.announced}: promise {change.promise.digest[:12]}"
        text = difference(before, change.promise, language)
        inner = "".join(f"  {line}\n" for line in text.splitlines())
        texts.append(f"{head}, in force from {change.effective}\n{inner}")
        before = change.promise
    return "\n".join(texts)


def as_json(checked: Checked, exit_code: int) -> str:
    """For programs."""
    now, coming = checked.in_force.now, checked.in_force.coming
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "state": str(checked.state),
        "exit_code": exit_code,
        "audited": checked.audited or None,
        "profile": checked.report.profile,
        "language": checked.language,
        "promise": {
            "sha256": checked.promise.digest,
            "notice_days": checked.promise.notice_days,
            "effective": None if now is None or checked.draft else now.effective.isoformat(),
        },
        "draft": checked.draft,
        "drifted": checked.drifted,
        "sentences": [_sentence(one, checked.language) for one in checked.judged],
        "announced": None
        if coming is None
        else {
            "sha256": coming.promise.digest,
            "announced": coming.announced.isoformat(),
            "effective": coming.effective.isoformat(),
            "differences": described(checked.promise, coming.promise, checked.language),
        },
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _sentence(one: Judged, language: str) -> dict[str, Any]:
    return {
        "id": one.sentence.id,
        "text": said(one.sentence, language),
        "state": str(one.state),
        "controls": list(one.controls),
        "evidence": [asdict(evidence) for evidence in one.evidence],
    }
