"""``selfhost init``: write the settings of a new server."""

import shlex
from pathlib import Path

import click

from selfhost.cli.options import inventory_option, server_options, vault_option


@click.command()
@click.argument("domain")
@click.option("--host", "address", required=True, help="The server's address, or its name.")
@server_options
@inventory_option
@vault_option
@click.option("--force", is_flag=True, help="Write anew; old files are kept as .bak, secrets stay.")
def init(
    domain: str,
    address: str,
    user: str,
    port: int,
    identity_file: Path | None,
    public_address: str | None,
    private_address: str | None,
    inventory: Path,
    vault_password_file: Path | None,
    force: bool,
) -> None:
    """Write the settings of a new server for DOMAIN, and generate its secrets.

    Nothing is asked and no server is contacted. With --vault-password-file the secrets are
    encrypted by ansible-vault.
    """
    from selfhost.settings import create
    from selfhost.settings.render import HostEntry

    plan = create.Plan(
        domain=domain,
        host=HostEntry(domain, address, user, port, identity_file),
        public_address=create.public_address(public_address, address),
        private_address=private_address,
    )
    for path in create.create(
        inventory, plan, force=force, vault_password_file=vault_password_file
    ):
        click.echo(f"wrote {path}")
    where = "" if inventory == Path("inventory") else f" -i {shlex.quote(str(inventory))}"
    click.echo(f"\nNext: look through {inventory / 'group_vars/all/settings.yml'}, then run")
    click.echo(f"  selfhost check{where}")
