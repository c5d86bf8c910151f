"""``selfhost backup``: save a site, encrypted; look into a backup."""

import shlex
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfhost.cli.options import file_option, force_option, inventory_option, vault_option

if TYPE_CHECKING:
    from selfhost.backup.model import Backup
    from selfhost.settings.site import Site

passphrase_option = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path),
    envvar="SELFHOST_PASSPHRASE_FILE",
    help="File whose first line is the passphrase (mode 0600); else it is asked for.",
)
recipient_option = click.option(
    "--recipient",
    multiple=True,
    metavar="KEY",
    help="Instead of a passphrase, a public key (age1... or ssh-ed25519 ...); may be repeated.",
)
identity_option = click.option(
    "--identity",
    type=click.Path(path_type=Path),
    help="Private key (of age or SSH) that opens a backup made with --recipient.",
)


@click.group(invoke_without_command=True)
@file_option("-o", "--output", help="By default a new file in the inventory's folder backups.")
@force_option
@passphrase_option
@recipient_option
@inventory_option
@vault_option
@click.pass_context
def backup(
    context: click.Context,
    output: Path | None,
    force: bool,
    passphrase_file: Path | None,
    recipient: tuple[str, ...],
    inventory: Path,
    vault_password_file: Path | None,
) -> None:
    """Save what a site needs to come back, in one encrypted file.

    Settings and secrets of the inventory; accounts, certificates and customisations of the
    servers. Never logs, recordings, chats or rooms. Nothing is changed on the servers.

    Without options it is encrypted as the settings say (site_backup_recipients or
    site_backup_passphrase_file), else a passphrase is asked for.
    """
    if context.invoked_subcommand is not None:
        return
    from selfhost.backup import create
    from selfhost.cli import passphrase
    from selfhost.errors import UsageError
    from selfhost.settings.site import load_site

    site = load_site(inventory, vault_password_file, need_secrets=False)
    if output is not None:
        if output.exists() and not force:
            raise UsageError(
                f"{output} exists", hint="name another file, or overwrite with --force"
            )
        if not output.parent.is_dir():
            raise UsageError(f"the folder {output.parent} does not exist")
    lock = passphrase.lock(site.settings, passphrase_file, recipient)
    made = create.collect(site)
    path = output or create.new_path(site)
    create.write(made, lock, path)
    click.echo(f"{path}: {counts(made)}", err=True)
    if output is None:
        prune_old(site, path)
    click.echo(f"look into it with: selfhost backup verify {shlex.quote(str(path))}", err=True)


@backup.command("list")
@click.argument("file", type=click.Path(path_type=Path))
@passphrase_option
@identity_option
def list_files(file: Path, passphrase_file: Path | None, identity: Path | None) -> None:
    """List what a backup holds, without restoring anything."""
    found = opened(file, passphrase_file, identity)
    for entry in found.entries:
        size = f"-> {entry.target}" if entry.target else str(len(entry.content))
        click.echo(f"{entry.kind:<13}  {entry.mode:04o}  {size:>9}  {entry.name}")


@backup.command()
@click.argument("file", type=click.Path(path_type=Path))
@passphrase_option
@identity_option
def verify(file: Path, passphrase_file: Path | None, identity: Path | None) -> None:
    """Decrypt a backup and check every file in it, without restoring anything."""
    found = opened(file, passphrase_file, identity)
    click.echo(f"{file} is whole: {counts(found)}")


def opened(file: Path, passphrase_file: Path | None, identity: Path | None) -> "Backup":
    """A backup, decrypted and checked. Raises UsageError."""
    from selfhost.backup import create, model
    from selfhost.backup.envelope import Key, is_sealed, needs_passphrase, unseal
    from selfhost.cli import passphrase
    from selfhost.errors import UsageError

    sealed = create.read(file)
    if not is_sealed(sealed):
        raise UsageError(f"{file} is not a backup of selfhost")
    asked = needs_passphrase(sealed) and identity is None
    key = Key(passphrase.for_restore(passphrase_file) if asked else "", identity)
    return model.unpack(unseal(sealed, key, str(file)), str(file))


def prune_old(site: "Site", newest: Path) -> None:
    """Remove old backups as ``site_backup_keep`` says, and tell which."""
    from selfhost.backup.keep import prune

    keep = site.settings.get("site_backup_keep")
    for path in prune(newest, site.domain, keep if isinstance(keep, int) else 0):
        click.echo(f"removed the old backup {path}", err=True)


def counts(found: "Backup") -> str:
    """What a backup is of, and how much of each kind it holds."""
    kinds = Counter(entry.kind for entry in found.entries)
    told = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
    return f"{found.domain}, {found.created}, selfhost {found.release}: {told}"
