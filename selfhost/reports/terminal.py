"""The audit for a person at a terminal: verdicts, what is wrong, what was not seen."""

import textwrap
from collections.abc import Callable, Iterator, Sequence

import click

from selfhost.audit.model import Citation, Completeness, Policy, Report, Result, TargetReport
from selfhost.controls.model import Status
from selfhost.reports.escape import printable

#: A word and a sign for each status, never colour alone.
SIGNS = {
    Status.FAIL: "✗ FAIL",
    Status.UNKNOWN: "? UNKNOWN",
    Status.PASS: "✓ pass",
    Status.NOT_APPLICABLE: "– not applicable",
}
COLOURS = {
    Status.FAIL: "red",
    Status.UNKNOWN: "yellow",
    Status.PASS: "green",
    Status.NOT_APPLICABLE: "bright_black",
}
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
    lines += _verdict(report, style)
    return "\n".join(lines) + "\n"


def _plain(text: str, **_styles: object) -> str:
    return text


def _verdict(report: Report, style: Style) -> list[str]:
    policy = {Policy.PASS: "✓ PASS", Policy.FAIL: "✗ FAIL"}[report.policy]
    if report.policy is Policy.PASS and report.completeness is Completeness.PARTIAL:
        policy = "? no failure seen"
    seen = {Completeness.COMPLETE: "✓ complete", Completeness.PARTIAL: "? PARTIAL"}
    partial = report.completeness is Completeness.PARTIAL
    counts = ", ".join(
        f"{report.count(status)} {word}"
        for status, word in (
            (Status.FAIL, "failed"),
            (Status.UNKNOWN, "unknown"),
            (Status.PASS, "passed"),
            (Status.NOT_APPLICABLE, "not applicable"),
        )
    )
    policy_colour = {"✓": "green", "✗": "red"}.get(policy[0], "yellow")
    lines = [
        "Policy:   " + style(policy, fg=policy_colour, bold=True),
        "Evidence: " + style(seen[report.completeness], fg="yellow" if partial else "green"),
        f"Controls: {counts}",
    ]
    if partial and report.policy is Policy.PASS:
        lines.append("Inconclusive: nothing bad was seen, but not everything could be seen.")
    return lines


def _target(target: TargetReport, width: int | None, style: Style, verbose: bool) -> Iterator[str]:
    heading = f"{printable(target.target)}  ({target.collected_at or 'nothing collected'})"
    yield style(heading, bold=True)
    yield ""
    if target.unreachable:
        yield from _wrapped(f"? {printable(target.unreachable)}", width, "", "  ")
        yield ""
        return
    for result in _sorted(target.results, Status.FAIL):
        yield from _finding(result, width, style)
    for together in _grouped(_sorted(target.results, Status.UNKNOWN)):
        yield from _unknown(together, width, style)
    if verbose:
        for result in _sorted(target.results, Status.PASS):
            yield f"{style(SIGNS[Status.PASS], fg='green')}  {result.control}  {result.title}"
            yield from (_place(citation) for citation in result.evidence[:3])
        yield ""
        for result in _sorted(target.results, Status.NOT_APPLICABLE):
            yield f"{SIGNS[Status.NOT_APPLICABLE]}  {result.control}  {printable(result.message)}"
        yield ""
    open_to_links = [r for r in target.results if r.status is Status.PASS and r.settable_by_link]
    if open_to_links:
        names = ", ".join(result.control for result in open_to_links)
        yield from _wrapped(
            "Rests on the client alone, as a meeting link can set these again for whoever opens it"
            f" ({len(open_to_links)} passed): {names}",
            width,
            "",
            INDENT,
        )
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


def _sorted(results: Sequence[Result], status: Status) -> list[Result]:
    chosen = [result for result in results if result.status is status]
    return sorted(chosen, key=lambda result: (-result.severity.rank, result.control))


def _grouped(results: Sequence[Result]) -> list[list[Result]]:
    """Results that rest on the same obstacle, the first of each group where it stood."""
    groups: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        place = str(result.evidence[0].path) if result.evidence else ""
        groups.setdefault((result.message, place), []).append(result)
    return list(groups.values())


def _unknown(together: Sequence[Result], width: int | None, style: Style) -> Iterator[str]:
    """One obstacle, with every control that could not get past it."""
    first, *others = together
    if not others:
        yield from _finding(first, width, style)
        return
    sign = style(SIGNS[Status.UNKNOWN], fg=COLOURS[Status.UNKNOWN], bold=True)
    yield f"{sign}  {first.severity}  {style(f'{len(together)} controls', bold=True)}"
    yield from _wrapped(printable(first.message), width, INDENT, INDENT)
    yield from (_place(citation) for citation in first.evidence)
    names = ", ".join(result.control for result in together)
    yield from _wrapped(f"Controls: {names}", width, INDENT, INDENT + "     ")
    yield ""


def _finding(result: Result, width: int | None, style: Style) -> Iterator[str]:
    sign = style(SIGNS[result.status], fg=COLOURS[result.status], bold=True)
    yield f"{sign}  {result.severity}  {style(result.control, bold=True)}"
    yield from _wrapped(printable(result.message), width, INDENT, INDENT)
    for citation in result.evidence:
        yield _place(citation)
    yield from _wrapped(f"Why: {result.risk}", width, INDENT, INDENT + "     ")
    fix = result.fix
    if fix.variable:
        setting = f"{fix.variable}: {fix.value}" if fix.value else fix.variable
        yield f"{INDENT}Fix: {setting}  (settings; then: selfhost apply --tags {fix.role})"
        yield from _wrapped(f"By hand: {fix.by_hand}", width, INDENT, INDENT + "     ")
    else:
        yield from _wrapped(f"Fix: {fix.by_hand}", width, INDENT, INDENT + "     ")
    yield ""


def _place(citation: Citation) -> str:
    where = f"{citation.path}:{citation.line}" if citation.line else citation.path
    text = f"{INDENT}{printable(where)}"
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
