"""``selfhost init``: write the settings of a new server."""

import shlex
from pathlib import Path

import click

from selfhost.cli.options import inventory_option, vault_option


@click.command()
@click.argument("domain")
@click.option("--host", "address", required=True, help="The server's address, or its name.")
@click.option("--user", default="root", show_default=True, help="Whom to log in as.")
@click.option("--port", type=click.IntRange(1, 65535), default=22, show_default=True)
@click.option(
    "--identity-file",
    type=click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path),
    help="Private key to log in with; by default the agent's and those in ~/.ssh.",
)
@click.option("--public-address", help="Where participants reach it, if that is not --host.")
@click.option("--private-address", help="The server's own address behind NAT.")
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
