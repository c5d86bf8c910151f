"""``selfhost check``: is the server ready to be provisioned?"""

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfhost.cli.options import form_option, inventory_option, vault_option
from selfhost.cli.session import session
from selfhost.exitcodes import ExitCode

if TYPE_CHECKING:
    from selfhost.provision.preflight import HostReport

_SIGNS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "failed": ("✗", "red")}
_CODES = {
    "ready": ExitCode.OK,
    "not-ready": ExitCode.FINDINGS,
    "unreachable": ExitCode.INCONCLUSIVE,
    "unknown": ExitCode.INCONCLUSIVE,
}


@click.command()
@inventory_option
@vault_option
@click.option(
    "--host-key-fingerprint",
    metavar="SHA256:...",
    help="Trust the server if its key has this fingerprint.",
)
@click.option(
    "--accept-new-host-key",
    is_flag=True,
    help="Trust whatever key an unknown server presents; never a changed one.",
)
@form_option("terminal", "json")
def check(
    inventory: Path,
    vault_password_file: Path | None,
    host_key_fingerprint: str | None,
    accept_new_host_key: bool,
    form: str,
) -> ExitCode:
    """Look whether the servers are ready for apply. Changes nothing on them.

    Exits with 0 when ready, 1 when something has to be mended, 3 when a server cannot be
    reached or a question could not be answered.
    """
    from selfhost.provision import preflight
    from selfhost.settings.release import require_acknowledged
    from selfhost.settings.site import load_site

    trust = preflight.Trust(host_key_fingerprint, accept_new_host_key)
    site = load_site(inventory, vault_password_file, need_secrets=False)
    require_acknowledged(site.settings, inventory)
    reports = tuple(preflight.check_host(site, host, trust) for host in site.hosts)
    verdict = preflight.verdict(reports)
    if form == "json":
        click.echo(json.dumps(preflight.as_json(reports), indent=2, ensure_ascii=False))
    else:
        for report in reports:
            show_report(report)
        _conclude(verdict, inventory)
    return _CODES[verdict]


def show_report(report: "HostReport") -> None:
    """Print the checks of a host, each with what to do."""
    colored = session().colored(sys.stdout)
    width = max(len(check.id) for check in report.checks)
    click.echo(f"{report.host}")
    for check in report.checks:
        sign, color = _SIGNS.get(check.status.value, ("?", "magenta"))
        word = f"{sign} {check.status.value:<7}"
        shown = click.style(word, fg=color) if colored else word
        click.echo(f"  {shown}  {check.id:<{width}}  {check.message}", color=colored)
        if check.fix:
            click.echo(f"  {'':<9}  {'':<{width}}  fix: {check.fix}")


def _conclude(verdict: str, inventory: Path) -> None:
    where = "" if inventory == Path("inventory") else f" -i {shlex.quote(str(inventory))}"
    click.echo(
        {
            "ready": f"\nready; next: selfhost apply{where}",
            "not-ready": "\nnot ready: mend what failed, then run check again",
            "unreachable": "\na server could not be reached: nothing can be said about it",
            "unknown": "\nnot known whether ready: a question could not be answered",
        }[verdict],
        err=True,
    )
