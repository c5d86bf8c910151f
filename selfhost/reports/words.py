"""What every format says in the same words: verdict, outcomes, waivers, changes.

A policy that passes on partial evidence reads as "no failure seen" everywhere, never as a pass.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from selfhost.audit.model import (
    Baseline,
    Change,
    Citation,
    Completeness,
    Outcome,
    Policy,
    Report,
    Result,
    TargetReport,
    WaiverState,
)
from selfhost.audit.waivers import SOON
from selfhost.controls.model import Fix
from selfhost.reports.escape import printable

Tone = Literal["good", "bad", "open"]

#: A sign and a word for each outcome, so that nothing rests on colour.
SIGNS = {
    Outcome.FAIL: "✗ FAIL",
    Outcome.WAIVED: "~ WAIVED",
    Outcome.ALLOWED: "~ ALLOWED",
    Outcome.UNKNOWN: "? UNKNOWN",
    Outcome.PASS: "✓ pass",
    Outcome.NOT_APPLICABLE: "– not applicable",
}
_COUNTED = {
    Outcome.FAIL: "failed",
    Outcome.WAIVED: "waived",
    Outcome.ALLOWED: "allowed by the profile",
    Outcome.UNKNOWN: "unknown",
    Outcome.PASS: "passed",
    Outcome.NOT_APPLICABLE: "not applicable",
}
CHANGES = {
    Change.NEW: "new",
    Change.FIRST: "asked for the first time",
    Change.WORSE: "worse",
    Change.UNSEEN: "not seen any more",
    Change.FIXED: "fixed",
    Change.UNCHANGED: "unchanged",
}

#: The evidence by which an audit did more than look.
_TRIED = "active.attempts"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One of the two verdicts that head a report. ``sign`` says the same as ``tone``."""

    sign: str
    text: str
    tone: Tone

    def __str__(self) -> str:
        return f"{self.sign} {self.text}"


def policy(report: Report) -> Verdict:
    """Whether the rules hold."""
    if report.policy is Policy.FAIL:
        return Verdict("✗", "FAIL", "bad")
    if report.completeness is Completeness.PARTIAL:
        return Verdict("?", "no failure seen", "open")
    return Verdict("✓", "PASS", "good")


def evidence(report: Report) -> Verdict:
    """Whether all that had to be seen was seen."""
    if report.completeness is Completeness.PARTIAL:
        return Verdict("?", "PARTIAL", "open")
    return Verdict("✓", "complete", "good")


def headline(report: Report) -> str:
    """What the verdict of the policy rests on, in a few words."""
    failed = [result for result in report.results if result.outcome is Outcome.FAIL]
    unknown, held = report.count(Outcome.UNKNOWN), report.count(Outcome.PASS)
    if failed:
        worst = max((result.severity for result in failed), key=lambda one: one.rank)
        every = "" if len(failed) == 1 else "the worst "
        return f"{_many(len(failed), 'finding')}, {every}{worst}"
    if unknown:
        return f"{_many(unknown, 'question')} of {unknown + held} left open"
    lost = sum(bool(target.unreachable) for target in report.targets)
    if lost:
        return f"{_many(lost, 'server')} of {len(report.targets)} not reached"
    return f"{_many(held, 'control')} found nothing wrong" if held else "nothing could be judged"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")


def counts(report: Report) -> str:
    """How many results of each outcome; what is never there by default only where it is."""
    optional = (Outcome.WAIVED, Outcome.ALLOWED)
    return ", ".join(
        f"{report.count(outcome)} {word}"
        for outcome, word in _COUNTED.items()
        if report.count(outcome) or outcome not in optional
    )


def remarks(report: Report) -> Iterator[str]:
    """What has to be said beside the verdicts, a sentence each."""
    if report.completeness is Completeness.PARTIAL and report.policy is Policy.PASS:
        yield "Inconclusive: nothing bad was seen, but not everything could be seen."
    if report.fail_on is None:
        yield "Findings do not fail this audit (--fail-on never)."
    elif report.new_only:
        yield "Only what got worse since the baseline fails this audit."
    if report.unknown_fails and report.count(Outcome.UNKNOWN):
        yield f"In the profile {report.profile}, what is unknown fails."
    if report.baseline is not None:
        yield since(report.baseline)
    yield from _tried(report)
    yield from _waivers(report)


def _tried(report: Report) -> Iterator[str]:
    """Where the audit did more than look."""
    tried = [t.target for t in report.targets if any(d.source == _TRIED for d in t.documents)]
    if tried:
        yield (
            "Active: accounts of services were made to send packets to addresses for documentation "
            f"on {', '.join(tried)}."
        )


def since(baseline: Baseline) -> str:
    """What is different since the baseline, in one line."""
    numbers = [
        f"{sum(one.change is change for one in baseline.changes)} {word}"
        for change, word in CHANGES.items()
        if change is not Change.UNCHANGED
    ]
    when = f" of {baseline.collected_at}" if baseline.collected_at else ""
    return f"Since {baseline.name}{when}: {', '.join(numbers)}, {baseline.unchanged} unchanged."


def _waivers(report: Report) -> Iterator[str]:
    for waiver in report.waivers:
        head = f"{waiver.place}: the waiver of {waiver.control} for {waiver.target}"
        if waiver.state is WaiverState.EXPIRED:
            yield f"{head} expired on {waiver.expires}: its finding counts again."
        elif waiver.state is WaiverState.UNUSED:
            yield f"{head} is not used: {waiver.note}."
        elif waiver.state is WaiverState.USED and waiver.days <= SOON:
            left = "today" if waiver.days == 0 else f"in {waiver.days} days"
            yield f"{head} expires {left} ({waiver.expires})."


def change(kind: str) -> str:
    """The word for a change that is kept in the history; what a later version wrote, as it is."""
    return CHANGES[Change(kind)] if kind in set(Change) else printable(kind)


def moment(at: str) -> str:
    """A time (ISO, UTC) for people; what is none, as it is."""
    try:
        time = datetime.fromisoformat(at)
    except ValueError:
        return at
    return f"{time.day} {time:%B %Y}, {time:%H:%M}" + (" UTC" if not time.utcoffset() else "")


def day(at: str) -> str:
    """Its day."""
    return moment(at).partition(",")[0]


def where(citation: Citation) -> str:
    """``path:line``, or the path alone where there is no line."""
    return f"{citation.path}:{citation.line}" if citation.line else citation.path


def places(result: Result) -> list[str]:
    """Where a result was looked for, each place once."""
    return list(dict.fromkeys(map(where, result.evidence)))


def accepted(result: Result) -> str:
    """Who accepts a failure, why, and until when; empty for others."""
    found = result.accepted
    if found is None:
        return ""
    if result.outcome is Outcome.ALLOWED:
        return f"Allowed by the profile {found.name}: {found.reason}"
    return f"Waived by {found.owner} until {found.expires}: {found.reason} ({found.name})"


def setting(fix: Fix) -> str:
    """What to write into the settings; empty where the roles have no such switch."""
    return f"{fix.variable}: {fix.value}" if fix.variable and fix.value else fix.variable


def by_link(target: TargetReport) -> str:
    """Which passes a meeting link can undo for whoever opens it; empty when there are none."""
    found = [r for r in target.results if r.outcome is Outcome.PASS and r.settable_by_link]
    if not found:
        return ""
    names = ", ".join(result.control for result in found)
    return (
        "Rests on the client alone, as a meeting link can set these again for whoever opens it "
        f"({len(found)} passed): {names}"
    )
