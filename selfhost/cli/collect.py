"""``selfhost collect``: save evidence, or show what would be looked at."""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfhost.cli.acting import with_tries
from selfhost.cli.browsing import ending_browsers, with_browser
from selfhost.cli.options import (
    active_option,
    browser_options,
    file_option,
    force_option,
    form_option,
    inventory_option,
    ports_option,
)
from selfhost.exitcodes import ExitCode

if TYPE_CHECKING:
    from selfhost.evidence.model import Evidence
    from selfhost.evidence.plan import Step
    from selfhost.targets.model import Target


@click.command()
@click.argument("target", required=False)
@file_option("-o", "--output", help="The bundle to write.")
@force_option
@click.option("--plan", "show_plan", is_flag=True, help="Read nothing; show all that would be.")
@form_option("terminal", "json", help="Of the plan.")
@click.option("--kind", help="What a given file is: a name of the plan such as jicofo.config.")
@ports_option
@active_option
@browser_options
@inventory_option
def collect(
    target: str | None,
    output: Path | None,
    force: bool,
    show_plan: bool,
    form: str,
    kind: str | None,
    ports: bool,
    active: bool,
    browser: bool,
    links: bool,
    room: str | None,
    inventory: Path,
) -> ExitCode:
    """Save what the audit would look at to a file, which can be audited later and elsewhere.

    TARGET is as in audit; without one, the inventory's only host. Nothing is changed on the
    server, and secrets are replaced before they leave it. Exits with 3 when some of it could
    not be read.
    """
    if show_plan:
        _show(form)
        return ExitCode.OK
    path = _writable(output, force)
    given = with_browser([_chosen(target, kind, ports, inventory)], browser, links, room)
    (chosen,) = with_tries(given, active)
    with ending_browsers(browser):
        evidence = chosen.collect()
    from selfhost.evidence.bundle import write_bundle

    write_bundle(evidence, path)
    return _summary(evidence, path)


def _writable(output: Path | None, force: bool) -> Path:
    from selfhost.errors import UsageError

    if output is None:
        raise UsageError(
            "there is no file to write to",
            hint="name one with -o, such as -o evidence.tar.gz; --plan only shows what is read",
        )
    if output.exists() and not force:
        raise UsageError(f"{output} exists", hint="name another file, or overwrite with --force")
    if not output.parent.is_dir():
        raise UsageError(f"the folder {output.parent} does not exist")
    return output


def _chosen(target: str | None, kind: str | None, ports: bool, inventory: Path) -> "Target":
    from selfhost.errors import UsageError
    from selfhost.targets.parse import from_site, parse_target

    if target is not None:
        return parse_target(target, kind=kind, ports=ports)
    from selfhost.settings.site import load_site

    targets = from_site(load_site(inventory, need_secrets=False))
    if len(targets) != 1:
        names = ", ".join(one.name for one in targets)
        raise UsageError(
            f"the inventory has {len(targets)} hosts, and a bundle holds one",
            hint=f"name one as ssh://user@host ({names})",
        )
    return targets[0]


def _summary(evidence: "Evidence", path: Path) -> ExitCode:
    counts = Counter(str(document.state) for document in evidence.documents)
    told = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    unread = [document for document in evidence.documents if not document.state.known]
    for document in unread:
        why = f" ({document.reason})" if document.reason else ""
        click.echo(_escaped(f"{document.state}: {document.path}{why}"), err=True)
    click.echo(_escaped(f"{path}: evidence of {evidence.target}: {told}"), err=True)
    return ExitCode.INCONCLUSIVE if unread else ExitCode.OK


def _show(form: str) -> None:
    from selfhost.evidence.plan import full_plan

    steps = full_plan()
    if form == "json":
        click.echo(json.dumps([step.as_json() for step in steps], indent=2))
        return
    if not sys.stdout.isatty():
        for step in steps:
            for place in _places(step):
                click.echo("\t".join((step.name, _how(step), place, step.why)))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title="What the audit looks at", show_lines=True)
    for heading in ("Evidence", "How", "Where", "Why"):
        table.add_column(heading, overflow="fold")
    for step in steps:
        cells = (step.name, _how(step), "\n".join(_places(step)), step.why)
        table.add_row(*(Text(cell) for cell in cells))  # plain: brackets are no markup
    Console().print(table)


def _how(step: "Step") -> str:
    words = {"files": "read", "command": "run", "probe": "probe", "listing": "names"}
    where = {"": "", "files": " (folders)", "outside": " (from outside)", "active": " (--active)"}
    return words[step.kind] + where[step.only]


def _places(step: "Step") -> list[str]:
    if step.kind != "command":
        return list(step.places)
    line = " ".join(step.places)
    return [line.replace("\n", "\\n").replace("\t", "\\t")]


def _escaped(text: str) -> str:
    """Text that may come from a server, without control characters."""
    return "".join(c if c.isprintable() else "?" for c in text)
