"""``selfhost secrets``: what an inventory of an earlier release lacks."""

import shlex
from pathlib import Path

import click

from selfhost.cli.options import inventory_option, vault_option


@click.group()
def secrets() -> None:
    """The secrets that the server's parts share."""


@secrets.command()
@inventory_option
@vault_option
def add(inventory: Path, vault_password_file: Path | None) -> None:
    """Generate the secrets that the inventory lacks, into group_vars/all/secrets.yml.

    For an inventory of an earlier release, when this one needs a secret more. Those that are
    there stay as they are, and no server is contacted.
    """
    from selfhost.settings import missing

    added = missing.add(inventory, vault_password_file)
    for name in added:
        click.echo(f"added {name} to {inventory / missing.FILE}")
    if not added:
        click.echo("no secret is missing: nothing was changed")
        return
    where = "" if inventory == Path("inventory") else f" -i {shlex.quote(str(inventory))}"
    click.echo(f"next: selfhost apply{where}", err=True)
