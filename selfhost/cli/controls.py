"""``selfhost controls list``, ``selfhost controls coverage`` and ``selfhost explain ID``."""

import json

import click

from selfhost.cli.options import form_option
from selfhost.controls.model import Control, Example


@click.group()
def controls() -> None:
    """What the audit checks."""


@controls.command("list")
@click.option("--category", help="Only this category.")
@form_option("terminal", "json")
def list_(category: str | None, form: str) -> None:
    """List every control with its severity."""
    from selfhost.controls import registry
    from selfhost.controls.model import Category
    from selfhost.errors import UsageError
    from selfhost.reports import catalogue

    if category is not None and category not in set(Category):
        raise UsageError(
            f"There is no category called {category!r}.", hint=f"One of: {', '.join(Category)}."
        )
    chosen = [c for c in registry.controls() if category is None or c.category == category]
    if form == "json":
        click.echo(json.dumps([catalogue.as_json(control) for control in chosen], indent=2))
    else:
        for control in chosen:
            click.echo(
                f"{control.category:<14} {control.severity:<9} {control.id:<42} {control.title}"
            )


@controls.command("coverage")
@form_option("terminal", "json")
def coverage_(form: str) -> None:
    """Show which surfaces of Jitsi the controls judge, and which none can."""
    from selfhost.catalog.surfaces import surfaces
    from selfhost.controls import registry
    from selfhost.controls.coverage import coverage
    from selfhost.reports import coverage as report

    found = coverage(surfaces(), registry.controls())
    if form == "json":
        click.echo(json.dumps(report.as_json(found), indent=2))
    else:
        click.echo(report.terminal(found), nl=False)


@click.command()
@click.argument("control_id", metavar="ID")
def explain(control_id: str) -> None:
    """Explain one control: risk, fix, references, examples."""
    from selfhost.controls import registry

    click.echo(_explained(registry.find(control_id)), nl=False)


def _explained(control: Control) -> str:
    fix = (
        f"{control.fix.variable}: {control.fix.value}".rstrip(": ") if control.fix.variable else ""
    )
    facts = [
        ("Category", control.category),
        ("Severity", f"{control.severity} ({control.confidence})"),
        ("Looks at", ", ".join(control.needs)),
        ("Risk", control.risk),
        (
            "Upstream",
            control.upstream_default + (f"; since {control.since}" if control.since else ""),
        ),
        ("Setting", fix),
        ("By hand", control.fix.by_hand),
        ("GDPR", control.gdpr),
        ("See", "; ".join(control.references)),
    ]
    lines = [f"{control.id}: {control.title}", ""]
    lines += [f"{name + ':':<11}{value}" for name, value in facts if value]
    for heading, examples in (("Fails", control.bad), ("Passes", control.good)):
        for example in examples[:2]:
            lines += ["", f"{heading}{f' ({example.note})' if example.note else ''}:"]
            lines += _snippets(example)
    return "\n".join(lines) + "\n"


def _snippets(example: Example) -> list[str]:
    lines = [f"    {source} is absent" for source in example.absent]
    for source, snippet in example.evidence.items():
        lines.append(f"    {source}:")
        lines += [f"        {line}" for line in snippet.rstrip("\n").split("\n")[:15]]
    return lines or ["    nothing is set"]
