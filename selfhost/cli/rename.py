"""``selfhost rename``: another domain for a server."""

import dataclasses
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfhost.cli.options import inventory_option, vault_option
from selfhost.cli.progress import chosen

if TYPE_CHECKING:
    from selfhost.settings.site import Site


@click.command()
@click.argument("domain")
@inventory_option
@vault_option
@click.option("--yes", "confirmed", is_flag=True, help="Do not ask.")
@click.option("-v", "--verbose", count=True, help="Show Ansible's own output; -vv for more.")
def rename(
    domain: str,
    inventory: Path,
    vault_password_file: Path | None,
    confirmed: bool,
    verbose: int,
) -> None:
    """Move the server to another DOMAIN. Accounts and their passwords stay.

    Jitsi's packages cannot change their domain, so they are purged and installed anew: calls end,
    and the server is away for some minutes. When it is interrupted, run it again.
    """
    from selfhost.backup import rename as renaming
    from selfhost.errors import SelfhostError, UsageError
    from selfhost.provision.invocation import Request
    from selfhost.provision.run import run_playbook
    from selfhost.settings import edit
    from selfhost.settings.site import load_site

    site = load_site(inventory, vault_password_file)
    plan = renaming.planned(inventory, site.domain, domain)
    if len(list(edit.files_with(inventory, "site_domain"))) != 1:
        raise UsageError("site_domain must stand in one file below group_vars to be renamed")
    _check(site, domain)
    if not confirmed:
        if not sys.stdin.isatty():
            raise UsageError("rename asks before it begins", hint="add --yes")
        click.echo(f"This ends all calls and moves {plan.old} to {plan.new}.", err=True)
        click.confirm("Go on?", abort=True, err=True)
    renaming.begin(inventory, plan)
    request = Request(
        "rename.yml",
        verbosity=max(0, verbose - 1),
        vault_password_file=vault_password_file,
        variables={"site_domain": plan.new, "rename_from": plan.old},
    )
    where = "" if inventory == Path("inventory") else f" -i {shlex.quote(str(inventory))}"
    try:
        with chosen(verbose) as progress:
            outcome = run_playbook(site, request, progress.observe)
    except SelfhostError as error:
        error.hint = (
            f"{error.hint}\nthe server is between two domains, and its accounts wait on it: mend "
            f"this and run selfhost rename {plan.new}{where} again, or go back with "
            f"selfhost rename {plan.old}{where}"
        ).strip()
        raise
    others = list(renaming.mentions(inventory, plan.old))
    changed, kept = renaming.end(inventory, plan)
    click.echo(
        f"{plan.old} is {plan.new} now, in {outcome.seconds:.0f} s; changed: {changed}", err=True
    )
    for place in others:
        click.echo(f"note: {place} still names {plan.old}", err=True)
    if kept is not None:
        click.echo(
            f"note: {plan.new} has no page and no statement of its own yet; the statements of "
            f"{plan.old} are in {kept}",
            err=True,
        )
    more = f", selfhost attest{where}, selfhost publish{where}" if kept is not None else ""
    click.echo(f"next: selfhost audit{where}{more}", err=True)


def _check(site: "Site", domain: str) -> None:
    """Refuse a domain that leads elsewhere, or that the server cannot show a certificate for."""
    from selfhost.backup.rename import check_certificate
    from selfhost.errors import UsageError
    from selfhost.provision.checks import Status
    from selfhost.provision.preflight import Trust, check_host

    for host in site.hosts:
        check_certificate(host, domain)
    for host in site.hosts:
        moved = {**host.settings, "site_domain": domain}
        report = check_host(site, dataclasses.replace(host, settings=moved), Trust())
        failed = [one for one in report.checks if one.status is Status.FAILED and one.fix]
        if failed:
            raise UsageError(f"{host.name} is not ready: {failed[0].message}", hint=failed[0].fix)
