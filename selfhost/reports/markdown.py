"""The audit as Markdown, for the comment of a pull request or a wiki.

What came from a server stands in code spans only: there, nothing is a link, a mention or HTML.
"""

import re
from collections.abc import Iterator

from selfhost.audit.model import Change, Changed, Outcome, Report, Result, TargetReport
from selfhost.reports import words
from selfhost.reports.escape import printable
from selfhost.reports.selection import grouped, obstacle, ordered

#: Characters. Comments on the usual forges may hold 65,536; findings beyond are counted.
MAX_CHARACTERS = 60_000
_PUNCTUATION = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&@$:])")
_HEADINGS = {
    Outcome.FAIL: "Findings",
    Outcome.WAIVED: "Waived",
    Outcome.ALLOWED: "Allowed by the profile",
}


def render(report: Report) -> str:
    """The document; findings that would not fit are counted instead."""
    policy, evidence = words.policy(report), words.evidence(report)
    lines = [
        "## selfhost audit",
        "",
        f"**Policy: {policy}** · Evidence: {evidence}",
        "",
        f"{words.counts(report)}. Profile: {report.profile}.",
        "",
    ]
    lines += [f"- {code(remark)}" for remark in words.remarks(report)]
    for target in report.targets:
        lines += ["", f"### {code(target.target)}", ""]
        lines += _target(target)
    if report.baseline is not None and report.baseline.changes:
        lines += ["", "### Changes", ""]
        lines += [change(one) for one in report.baseline.changes]
    return _bounded(lines)


def _bounded(lines: list[str]) -> str:
    size, kept = 0, []
    for number, line in enumerate(lines):
        size += len(line) + 1
        if size > MAX_CHARACTERS:
            left = sum(later.startswith("- **") for later in lines[number:])
            kept += ["", f"**{left} more entries are left away here; see the full report.**"]
            break
        kept.append(line)
    return "\n".join(kept) + "\n"


def _target(target: TargetReport) -> Iterator[str]:
    when = target.collected_at or "nothing collected"
    yield f"Collected: {code(when)}"
    if target.unreachable:
        yield f"\n**? Not reached:** {code(target.unreachable)}"
        return
    for outcome, heading in _HEADINGS.items():
        chosen = ordered(target.results, outcome)
        if chosen:
            yield f"\n#### {heading}\n"
            for result in chosen:
                yield from _finding(result)
    unknown = grouped(ordered(target.results, Outcome.UNKNOWN))
    if unknown:
        yield "\n#### Unknown\n"
        for together in unknown:
            names = ", ".join(f"`{result.control}`" for result in together)
            yield f"- **{words.SIGNS[Outcome.UNKNOWN]}** {names}: {code(obstacle(together))}"
            for citation in together[0].evidence[:3]:
                yield f"  - {code(words.where(citation))}"


def _finding(result: Result) -> Iterator[str]:
    changed = f" ({words.CHANGES[result.change]})" if result.change else ""
    head = f"**{words.SIGNS[result.outcome]} {result.severity}**"
    yield f"- {head} `{result.control}`{changed}: {escaped(result.title)}"
    yield f"  - {code(result.message)}"
    if result.accepted is not None:
        yield f"  - {code(words.accepted(result))}"
    for citation in result.evidence[:5]:
        line = f" {code(citation.excerpt)}" if citation.excerpt else ""
        yield f"  - {code(words.where(citation))}{line}"
    if len(result.evidence) > 5:
        yield f"  - and {len(result.evidence) - 5} more places"
    setting = words.setting(result.fix)
    if setting:
        yield f"  - Fix: {code(setting)}, then `selfhost apply --tags {result.fix.role}`"
    else:
        yield f"  - Fix: {escaped(result.fix.by_hand)}"


def change(one: Changed) -> str:
    """A difference to an earlier audit as an entry of a list."""
    sign = "✗" if one.change.bad else "✓" if one.change is Change.FIXED else "?"
    was, now = one.was or "not judged", one.now or "not judged"
    return (
        f"- **{sign} {words.CHANGES[one.change]}** {one.severity} `{one.control}` "
        f"on {code(one.target)}: {was} → {now}"
    )


def code(text: str) -> str:
    """A code span of any text: its fence is longer than any in the text."""
    shown = printable(text) or " "
    fence = "`" * (max((len(run) for run in re.findall(r"`+", shown)), default=0) + 1)
    return f"{fence} {shown} {fence}" if "`" in shown else f"{fence}{shown}{fence}"


def escaped(text: str) -> str:
    """Our own text, so that no character of it is markup."""
    return _PUNCTUATION.sub(r"\\\1", printable(text))
