"""Two audits compared, as text, Markdown and JSON."""

import json
from dataclasses import asdict

import click

from selfhost.audit.model import Baseline, Change, Changed
from selfhost.reports import markdown, words
from selfhost.reports.escape import printable

FORMATS = ("terminal", "json", "markdown")
SCHEMA = "selfhost.diff/1"
_SIGNS = {
    Change.NEW: ("✗", "red"),
    Change.WORSE: ("✗", "red"),
    Change.UNSEEN: ("?", "yellow"),
    Change.FIXED: ("✓", "green"),
}


def render(found: Baseline, after: str, form: str, *, colour: bool = False) -> str:
    """``after`` names the later report. The same changes give the same bytes."""
    if form == "json":
        document = {"schema": SCHEMA, "before": found.name, "after": after, **asdict(found)}
        del document["name"]
        return json.dumps(document, indent=2, sort_keys=True) + "\n"
    if form == "markdown":
        lines = ["## selfhost diff", "", markdown.code(words.since(found)), ""]
        lines += [markdown.change(one) for one in found.changes]
        return "\n".join(lines).rstrip() + "\n"
    lines = [_line(one, colour) for one in found.changes]
    return "\n".join([*lines, printable(words.since(found))]) + "\n"


def _line(one: Changed, colour: bool) -> str:
    sign, tint = _SIGNS[one.change]
    head = f"{sign} {words.CHANGES[one.change]}"
    shown = click.style(head, fg=tint, bold=True) if colour else head
    was, now = one.was or "not judged", one.now or "not judged"
    where = f"{one.control}  ({printable(one.target)}: {was} → {now})"
    text = f"{shown}  {one.severity}  {where}"
    return f"{text}\n    {printable(one.message or one.title)}"
