"""``selfhost doctor``: causes and fixes for a terminal, as JSON, and the rules as a document."""

import json
import textwrap
from collections.abc import Iterable, Iterator, Sequence

import click

from selfhost.health.diagnosis import WORDS, Diagnosis, Rule, Symptom, Undecided
from selfhost.health.recurring import RECURRING
from selfhost.reports.escape import printable

SCHEMA = "selfhost.doctor/1"


def render(
    diagnoses: Sequence[Diagnosis],
    undecided: Sequence[Undecided],
    unreachable: Sequence[tuple[str, str]],
    *,
    colour: bool,
) -> str:
    """Cause first; then what was seen, what to do, and whom it troubles."""
    lines: list[str] = []
    for found in diagnoses:
        lines += _diagnosis(found, colour)
    for host, why in unreachable:
        lines += [f"? {printable(host)} was not reached: {printable(why)}", ""]
    if undecided:
        lines.append("Not known:")
        lines += [f"  ? {printable(x.host)}: {printable(x.why)}" for x in undecided]
        lines.append("")
    if not diagnoses and not unreachable:
        lines.append("✓ All is well, as far as could be seen." if undecided else "✓ All is well.")
    return "\n".join(lines) + "\n"


def _diagnosis(found: Diagnosis, colour: bool) -> Iterator[str]:
    head = f"✗ {printable(found.cause)}"
    yield click.style(head, fg="red", bold=True) if colour else head
    yield f"  on:   {printable(found.host)}  ({found.rule})"
    for line in found.evidence:
        yield f"  seen: {printable(line)}"
    yield f"  fix:  {printable(found.fix)}"
    for symptom in found.symptoms:
        yield f"  what people notice: {WORDS[symptom]}"
    yield ""


def as_json(
    diagnoses: Sequence[Diagnosis],
    undecided: Sequence[Undecided],
    unreachable: Sequence[tuple[str, str]],
) -> str:
    """Indented JSON, keys sorted, ASCII only (``schema/doctor-1.json``)."""
    document = {
        "schema": SCHEMA,
        "diagnoses": [
            {
                "host": found.host,
                "rule": found.rule,
                "symptoms": [str(symptom) for symptom in found.symptoms],
                "cause": found.cause,
                "evidence": list(found.evidence),
                "fix": found.fix,
            }
            for found in diagnoses
        ],
        "unknown": [{"host": x.host, "why": x.why, "rules": list(x.rules)} for x in undecided],
        "unreachable": [{"host": host, "why": why} for host, why in unreachable],
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def markdown(rules: Iterable[Rule]) -> str:
    """All rules by symptom: ``docs/troubleshooting.md``."""
    known = tuple(rules)
    lines = [
        "# Troubleshooting",
        "",
        "Written by `selfhost doctor --list --format markdown` from the doctor's own rules.",
        "",
        "`selfhost doctor` looks at the servers, changes nothing, and prints only what applies,",
        "the cause first; then what it could not find out. `--symptom WORD` asks about one",
        "trouble, `--outside` also tries the public address from your machine, `--format json` is",
        "for programs. Exit codes: 0 all is well, 1 a cause was found, 3 a server was not reached.",
        "",
    ]
    for symptom in Symptom:
        lines += [f"## {WORDS[symptom]}", "", f"`selfhost doctor --symptom {symptom}`", ""]
        lines += ["| cause | id | what to do |", "|---|---|---|"]
        lines += [
            f"| {_cell(rule.cause)} | `{rule.id}` | {_cell(rule.fix)} |"
            for rule in known
            if symptom in rule.symptoms
        ]
        lines.append("")
    return "\n".join([*lines, *_recurring(known)]) + "\n"


def _recurring(rules: Sequence[Rule]) -> Iterator[str]:
    yield "## Recurring troubles of Jitsi's admins, and what answers them"
    yield ""
    yield "| trouble | causes that the doctor tells | besides |"
    yield "|---|---|---|"
    for number, trouble in RECURRING.items():
        causes = ", ".join(f"`{rule.id}`" for rule in rules if number in rule.rows)
        yield f"| {number}. {_cell(trouble.words)} | {causes} | {_cell(trouble.elsewhere)} |"


def listing(rules: Iterable[Rule]) -> str:
    """All rules for a terminal."""
    texts = []
    for rule in rules:
        words = ", ".join(rule.symptoms)
        cause = textwrap.fill(rule.cause, 90, initial_indent="    ", subsequent_indent="    ")
        texts.append(f"{rule.id}  ({words})\n{cause}")
    return "\n".join(texts) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
