"""``selfhost restore``: make a clean server from a backup."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfhost.cli.backup import identity_option, opened, passphrase_option
from selfhost.cli.options import inventory_option, server_options, vault_option
from selfhost.cli.progress import chosen

if TYPE_CHECKING:
    from selfhost.backup.model import Backup
    from selfhost.provision.preflight import Trust
    from selfhost.settings.site import Site

#: Up to where the packages are installed; what the backup holds is put in place then.
_FIRST = "site,preflight,footprint,firewall,jitsi_repository"


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--host", "address", help="The new server's address; else the backup's own.")
@server_options
@click.option(
    "--host-key-fingerprint", metavar="SHA256:...", help="Trust the server with this key."
)
@click.option("--accept-new-host-key", is_flag=True, help="Trust whatever key it presents.")
@click.option("--inventory-only", is_flag=True, help="Write the inventory, touch no server.")
@click.option("--force", is_flag=True, help="Replace files of the inventory; old ones are kept.")
@passphrase_option
@identity_option
@inventory_option
@vault_option
@click.pass_context
def restore(
    context: click.Context,
    file: Path,
    address: str | None,
    user: str,
    port: int,
    identity_file: Path | None,
    public_address: str | None,
    private_address: str | None,
    host_key_fingerprint: str | None,
    accept_new_host_key: bool,
    inventory_only: bool,
    force: bool,
    passphrase_file: Path | None,
    identity: Path | None,
    inventory: Path,
    vault_password_file: Path | None,
) -> None:
    """Make a clean server from a backup: settings, packages, accounts, certificates.

    Writes the inventory first; one that exists is used as it is, unless --host or --force asks
    for the backup's. Then provisions the server, puts accounts, certificates and customisations
    back, and audits it. Running it again finishes what was interrupted.
    """
    from selfhost.backup.restore import Move, check_site, write_inventory
    from selfhost.provision.preflight import Trust
    from selfhost.settings.create import public_address as reached_at
    from selfhost.settings.site import load_site

    trust = Trust(host_key_fingerprint, accept_new_host_key)
    found = opened(file, passphrase_file, identity)
    move = None
    if address is not None:
        public = reached_at(public_address, address)
        move = Move(address, user, port, identity_file, public, private_address or "")
    if move is not None or force or not (inventory / "hosts.yml").exists():
        for path in write_inventory(found, inventory, move, force=force):
            click.echo(f"wrote {path}", err=True)
    if inventory_only:
        return
    site = load_site(inventory, vault_password_file)
    check_site(found, site)
    _check(site, trust)
    _provision(found, site, vault_password_file)
    from selfhost.cli.audit import audit

    context.invoke(audit, inventory=inventory)


def _check(site: "Site", trust: "Trust") -> None:
    """Refuse servers that are not ready. Where the domain leads to is told, and no obstacle:
    a server is often restored before its name moves."""
    from selfhost.errors import TargetError, UsageError
    from selfhost.provision.checks import Status
    from selfhost.provision.preflight import check_host

    for host in site.hosts:
        report = check_host(site, host, trust)
        failed = [check for check in report.checks if check.status is Status.FAILED]
        for check in failed:
            if check.id == "dns":
                click.echo(f"note: {check.message}", err=True)
        wrong = [check for check in failed if check.id != "dns"]
        if wrong:
            kind = UsageError if report.reached else TargetError
            raise kind(f"{host.name} is not ready: {wrong[0].message}", hint=wrong[0].fix)


def _provision(found: "Backup", site: "Site", vault_password_file: Path | None) -> None:
    from selfhost.backup.restore import place
    from selfhost.provision.invocation import Request
    from selfhost.provision.run import run_playbook

    def run(playbook: str, tags: str | None = None) -> None:
        request = Request(playbook, tags=tags, vault_password_file=vault_password_file)
        with chosen() as progress:
            run_playbook(site, request, progress.observe)

    run("site.yml", _FIRST)
    for host in site.hosts:
        count = place(site, host, found)
        click.echo(f"{host.name}: {count} files put back", err=True)
    run("restore.yml")
    run("site.yml")
