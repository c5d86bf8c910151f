"""Two audits compared, as text, Markdown and JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict

import click

from selfhost.audit.model import Baseline, Change, Changed, FactChange
from selfhost.reports import markdown, words
from selfhost.reports.escape import printable

FORMATS = ("terminal", "json", "markdown")
SCHEMA = "selfhost.diff/1"
_SIGNS = {
    Change.NEW: ("✗", "red"),
    Change.FIRST: ("✗", "red"),
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
        lines += [f"- {markdown.code(text)}" for text in _others(found)]
        return "\n".join(lines).rstrip() + "\n"
    lines = [_line(one, colour) for one in found.changes]
    lines += [f"· {printable(text)}" for text in _others(found)]
    return "\n".join([*lines, printable(words.since(found))]) + "\n"


def _line(one: Changed, colour: bool) -> str:
    sign, tint = _SIGNS[one.change]
    head = f"{sign} {words.CHANGES[one.change]}"
    shown = click.style(head, fg=tint, bold=True) if colour else head
    was, now = one.was or "not judged", one.now or "not judged"
    where = f"{one.control}  ({printable(one.target)}: {was} → {now})"
    text = f"{shown}  {one.severity}  {where}"
    why = "\n    The control changed; what it rests on did not." if one.by_catalogue else ""
    return f"{text}\n    {printable(one.message or one.title)}{why}"


def _others(found: Baseline) -> Iterator[str]:
    """What is different and is no verdict: facts, and what the catalogue asks in addition."""
    yield from map(fact, found.facts)
    if found.new_controls:
        failing = sum(one.change is Change.FIRST for one in found.changes)
        head = f"{len(found.new_controls)} controls are new in the catalogue, {failing} fail"
        yield f"{head}: {', '.join(found.new_controls)}"


def fact(one: FactChange) -> str:
    """A fact that changed, in one line."""
    was, now = one.was or "not there", one.now or "not there"
    return f"{one.kind} {one.name} on {one.target}: {was} → {now}"
