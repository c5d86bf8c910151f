"""The audit for a person at a terminal: verdicts, what is wrong, what was not seen."""

import textwrap
from collections.abc import Callable, Iterator, Sequence

import click

from selfhost.audit.model import Change, Citation, Outcome, Report, Result, TargetReport
from selfhost.reports import words
from selfhost.reports.escape import printable
from selfhost.reports.selection import grouped, obstacle, ordered
from selfhost.reports.words import SIGNS

COLOURS = {
    Outcome.FAIL: "red",
    Outcome.WAIVED: "magenta",
    Outcome.ALLOWED: "magenta",
    Outcome.UNKNOWN: "yellow",
    Outcome.PASS: "green",
    Outcome.NOT_APPLICABLE: "bright_black",
}
TONES = {"good": "green", "bad": "red", "open": "yellow"}
INDENT = "    "
Style = Callable[..., str]


def render(report: Report, *, width: int | None, colour: bool, verbose: bool = False) -> str:
    """The report as text. ``width`` is the terminal's; ``None`` (a pipe) wraps nothing.

    ``verbose`` also lists what passed, with the places that it rests on.
    """
    style: Style = click.style if colour else _plain
    lines: list[str] = []
    for target in report.targets:
        lines += _target(target, width, style, verbose)
    lines += _fixed(report, style)
    lines += _verdict(report, width, style)
    return "\n".join(lines) + "\n"


def _plain(text: str, **_styles: object) -> str:
    return text


def _verdict(report: Report, width: int | None, style: Style) -> Iterator[str]:
    policy, evidence = words.policy(report), words.evidence(report)
    yield "Policy:   " + style(str(policy), fg=TONES[policy.tone], bold=True)
    yield "Evidence: " + style(str(evidence), fg=TONES[evidence.tone])
    yield f"Controls: {words.counts(report)}"
    if report.profile != "private":
        yield f"Profile:  {report.profile}"
    for remark in words.remarks(report):
        yield from _wrapped(printable(remark), width, "", "  ")


def _fixed(report: Report, style: Style) -> Iterator[str]:
    """What an earlier audit found and this one does not."""
    gone = report.baseline.changes if report.baseline is not None else ()
    for one in gone:
        if one.change is Change.FIXED:
            where = f"{one.control}  ({printable(one.target)})"
            yield f"{style('✓ fixed', fg='green')}  {where}  {printable(one.title)}"
        elif one.change is Change.UNSEEN:
            where = f"{one.control}  ({printable(one.target)})"
            sign = style("? not seen any more", fg="yellow")
            yield f"{sign}  {where}: it was {one.was}, and is {one.now or 'not judged'} now"
    if gone:
        yield ""


def _target(target: TargetReport, width: int | None, style: Style, verbose: bool) -> Iterator[str]:
    heading = f"{printable(target.target)}  ({target.collected_at or 'nothing collected'})"
    yield style(heading, bold=True)
    yield ""
    if target.unreachable:
        yield from _wrapped(f"? {printable(target.unreachable)}", width, "", "  ")
        yield ""
        return
    for outcome in (Outcome.FAIL, Outcome.WAIVED, Outcome.ALLOWED):
        for result in ordered(target.results, outcome):
            yield from _finding(result, width, style)
    for together in grouped(ordered(target.results, Outcome.UNKNOWN)):
        yield from _unknown(together, width, style)
    if verbose:
        for result in ordered(target.results, Outcome.PASS):
            yield f"{style(SIGNS[Outcome.PASS], fg='green')}  {result.control}  {result.title}"
            yield from (_place(citation) for citation in result.evidence[:3])
        yield ""
        for result in ordered(target.results, Outcome.NOT_APPLICABLE):
            yield f"{SIGNS[Outcome.NOT_APPLICABLE]}  {result.control}  {printable(result.message)}"
        yield ""
    by_link = words.by_link(target)
    if by_link:
        yield from _wrapped(by_link, width, "", INDENT)
        yield ""
    unseen = [d for d in target.documents if d.state not in ("present", "absent")]
    if unseen:
        yield "Not seen:"
        for document in unseen:
            why = f"{document.state}: {document.reason}" if document.reason else document.state
            yield f"{INDENT}{printable(document.path)} ({printable(why)})"
        yield ""
    if target.out_of_scope:
        names = ", ".join(target.out_of_scope)
        yield from _wrapped(
            f"Out of scope, for want of the files they need: {names}", width, "", INDENT
        )
        yield ""


def _unknown(together: Sequence[Result], width: int | None, style: Style) -> Iterator[str]:
    """One obstacle, with every control that could not get past it."""
    first, *others = together
    if not others:
        yield from _finding(first, width, style)
        return
    sign = style(SIGNS[Outcome.UNKNOWN], fg=COLOURS[Outcome.UNKNOWN], bold=True)
    yield f"{sign}  {first.severity}  {style(f'{len(together)} controls', bold=True)}"
    yield from _wrapped(printable(obstacle(together)), width, INDENT, INDENT)
    yield from (_place(citation) for citation in first.evidence)
    names = ", ".join(result.control for result in together)
    yield from _wrapped(f"Controls: {names}", width, INDENT, INDENT + "     ")
    yield ""


def _finding(result: Result, width: int | None, style: Style) -> Iterator[str]:
    sign = style(SIGNS[result.outcome], fg=COLOURS[result.outcome], bold=True)
    changed = f"  ({words.CHANGES[result.change]})" if result.change else ""
    yield f"{sign}  {result.severity}  {style(result.control, bold=True)}{changed}"
    yield from _wrapped(printable(result.message), width, INDENT, INDENT)
    if result.accepted is not None:
        yield from _wrapped(printable(words.accepted(result)), width, INDENT, INDENT + "     ")
    for citation in result.evidence:
        yield _place(citation)
    yield from _wrapped(f"Why: {result.risk}", width, INDENT, INDENT + "     ")
    fix = result.fix
    if fix.variable:
        setting = words.setting(fix)
        yield f"{INDENT}Fix: {setting}  (settings; then: selfhost apply --tags {fix.role})"
        yield from _wrapped(f"By hand: {fix.by_hand}", width, INDENT, INDENT + "     ")
    else:
        yield from _wrapped(f"Fix: {fix.by_hand}", width, INDENT, INDENT + "     ")
    yield ""


def _place(citation: Citation) -> str:
    text = f"{INDENT}{printable(words.where(citation))}"
    if citation.excerpt:
        text += f"  | {printable(citation.excerpt)}"
    elif citation.key:
        text += f"  ({printable(citation.key)})"
    if citation.overrides:
        text += f"  (overrides {', '.join(printable(place) for place in citation.overrides[:3])})"
    return text


def _wrapped(text: str, width: int | None, first: str, rest: str) -> list[str]:
    if width is None:
        return [first + text]
    return textwrap.wrap(
        text,
        max(width, 40),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
