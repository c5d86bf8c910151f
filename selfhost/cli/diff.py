"""``selfhost diff``: what got worse between two audits."""

from pathlib import Path

import click

from selfhost.cli import reporting
from selfhost.exitcodes import ExitCode


@click.command()
@click.argument("before", type=click.Path(path_type=Path), metavar="BEFORE.json")
@click.argument("after", type=click.Path(path_type=Path), metavar="AFTER.json")
@click.option(
    "--format",
    "form",
    type=click.Choice(["terminal", "json", "markdown"]),
    default="terminal",
    show_default=True,
)
@reporting.fail_on_option
@click.pass_context
def diff(context: click.Context, before: Path, after: Path, form: str, fail_on: str) -> ExitCode:
    """Compare two JSON reports: what is new, worse, fixed, or not seen any more.

    Exits with 1 when a finding is new or worse, with 3 when something that was judged before is
    not any more.
    """
    from selfhost.audit.compare import compare, verdict
    from selfhost.controls.model import Severity
    from selfhost.reports import difference
    from selfhost.runners import judging

    found = compare(judging.saved(before), judging.saved(after))
    _, colour = reporting.terminal_width_and_colour(context)
    text = difference.render(found, str(after), form, colour=colour)
    click.echo(text, nl=False, color=colour)
    return verdict(found, None if fail_on == "never" else Severity(fail_on))
