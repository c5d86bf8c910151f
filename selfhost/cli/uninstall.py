"""``selfhost uninstall``: take away all that apply brought."""

import sys
from pathlib import Path

import click

from selfhost.cli.options import inventory_option, vault_option
from selfhost.cli.progress import chosen


@click.command()
@inventory_option
@vault_option
@click.option("--yes", "confirmed", metavar="DOMAIN", help="Do not ask: this domain is meant.")
@click.option("--limit", metavar="HOST", help="Only these hosts or groups.")
@click.option("-v", "--verbose", count=True, help="Show Ansible's own output; -vv for more.")
def uninstall(
    inventory: Path,
    vault_password_file: Path | None,
    confirmed: str | None,
    limit: str | None,
    verbose: int,
) -> None:
    """Take away from the servers all that apply and Jitsi's packages brought.

    Accounts, certificates and customisations go as well: make a backup first. Programs that were
    there before, or that something else needs by now, stay. The inventory on this machine is not
    touched.
    """
    from selfhost.errors import UsageError
    from selfhost.provision.invocation import Request
    from selfhost.provision.run import run_playbook
    from selfhost.settings.site import load_site

    site = load_site(inventory, vault_password_file)
    if confirmed is None:
        if not sys.stdin.isatty():
            raise UsageError(
                "uninstall asks before it removes anything, and there is no terminal to ask at",
                hint=f"add --yes {site.domain}",
            )
        hosts = ", ".join(f"{host.name} ({host.address})" for host in site.hosts)
        click.echo(
            f"This removes Jitsi Meet, its accounts and certificates from {hosts}.", err=True
        )
        click.echo("There is no way back but a backup: selfhost backup -o FILE", err=True)
        confirmed = click.prompt(
            "Type the domain to go on", err=True, default="", show_default=False
        )
    if confirmed != site.domain:
        raise UsageError(
            f"nothing was removed: the server's domain is {site.domain}, not {confirmed!r}"
        )
    request = Request(
        playbook="uninstall.yml",
        limit=limit,
        verbosity=max(0, verbose - 1),
        vault_password_file=vault_password_file,
        variables={"uninstall_domain": site.domain},
    )
    with chosen(verbose) as progress:
        outcome = run_playbook(site, request, progress.observe)
    click.echo(
        f"removed in {outcome.seconds:.0f} s; log: {outcome.record / 'ansible.log'}", err=True
    )
    click.echo(f"the settings are still in {inventory}; selfhost apply installs anew", err=True)
