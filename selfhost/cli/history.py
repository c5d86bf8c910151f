"""``selfhost history``: the audits of a site, and what changed from one to the next."""

from pathlib import Path

import click

from selfhost.cli import reporting
from selfhost.cli.options import form_option, inventory_option


@click.command()
@inventory_option
@click.option("--host", default="", metavar="NAME", help="Only this host, with what changed on it.")
@click.option("--all", "everything", is_flag=True, help="Not only the last 20.")
@form_option("terminal", "json")
@click.option(
    "--show",
    metavar="AUDIT",
    help="Print one audit's JSON report: latest, previous, a number, or a day.",
)
@click.pass_context
def history(
    context: click.Context, inventory: Path, host: str, everything: bool, form: str, show: str
) -> None:
    """List the site's audits: verdict, findings, and what changed since the one before.

    Each selfhost audit -i INVENTORY adds itself to INVENTORY/history.sqlite. Compare any two with
    selfhost diff.
    """
    from selfhost.errors import UsageError
    from selfhost.history import store
    from selfhost.history.model import choose
    from selfhost.reports import history as report

    entries = store.entries(inventory)
    if show:
        click.echo(store.report(inventory, choose(show, entries)), nl=False)
        return
    if host and not any(one.target == host for entry in entries for one in entry.hosts):
        known = sorted({one.target for entry in entries[-1:] for one in entry.hosts})
        raise UsageError(
            f"the history has no host {host!r}",
            hint=f"the last audit has {', '.join(known)}" if known else "it has no audit yet",
        )
    if form == "json":
        click.echo(report.as_json(entries), nl=False)
        return
    if not entries:
        click.echo(f"No audit yet in {inventory}: selfhost audit adds each of its runs.", err=True)
        return
    shown = entries if everything else entries[-20:]
    _, colour = reporting.terminal_width_and_colour(context)
    click.echo(report.render(shown, host=host, colour=colour), nl=False, color=colour)
    if len(shown) < len(entries):
        click.echo(f"{len(entries) - len(shown)} older ones: --all", err=True)
