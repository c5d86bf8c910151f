"""``selfhost diff``: what got worse between two audits."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfhost.cli import reporting
from selfhost.cli.chosen_audit import report_file
from selfhost.cli.options import form_option, inventory_option
from selfhost.exitcodes import ExitCode

if TYPE_CHECKING:
    from selfhost.audit.saved import Saved


@click.command()
@click.argument("before", default="previous", metavar="[BEFORE]")
@click.argument("after", default="latest", metavar="[AFTER]")
@inventory_option
@form_option("terminal", "json", "markdown")
@reporting.fail_on_option
@click.pass_context
def diff(
    context: click.Context, before: str, after: str, inventory: Path, form: str, fail_on: str
) -> ExitCode:
    """Compare two audits: what is new, worse, fixed, or not seen any more, and which facts differ.

    BEFORE and AFTER are JSON reports, or audits of the history: latest, previous, a number of
    selfhost history, or a day (the last audit up to its end). A failure that the earlier catalogue
    did not ask for is told apart from one that is new on the server.

    Exits with 1 when a finding is new or worse, with 3 when something that was judged before is
    not any more.
    """
    from selfhost.audit.compare import compare, verdict
    from selfhost.controls.model import Severity
    from selfhost.reports import difference

    found = compare(_saved(before, inventory), _saved(after, inventory))
    _, colour = reporting.terminal_width_and_colour(context)
    text = difference.render(found, after, form, colour=colour)
    click.echo(text, nl=False, color=colour)
    return verdict(found, None if fail_on == "never" else Severity(fail_on))


def _saved(given: str, inventory: Path) -> "Saved":
    from selfhost.history import store
    from selfhost.history.model import choose
    from selfhost.runners import judging

    path = report_file(given)
    if path is not None:
        return judging.saved(path)
    return store.compared(inventory, choose(given, store.entries(inventory)))
