"""``selfhost attest``: vouch for an audit with a signed statement."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfhost.cli.options import file_option, inventory_option

if TYPE_CHECKING:
    from selfhost.attest.promise import Promised

key_option = click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The private key; by default ~/.config/selfhost/attest-key. Keep it off the server.",
)
passphrase_option = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path),
    envvar="SELFHOST_ATTEST_PASSPHRASE_FILE",
    help="File (mode 0600) with the key's passphrase; asked for otherwise.",
)


def default_key() -> Path:
    """In the user's folder for settings (XDG)."""
    folder = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(folder) / "selfhost" / "attest-key"


@click.group(invoke_without_command=True)
@inventory_option
@click.option("--audit", "which", default="latest", show_default=True, help="Of the history.")
@file_option(
    "--report", "report_file", help="A JSON report instead of the history.", metavar="FILE.json"
)
@key_option
@passphrase_option
@click.option(
    "--days",
    type=click.IntRange(1, 90),
    default=8,
    show_default=True,
    help="After how many days it expires, counted from the audit.",
)
@click.pass_context
def attest(
    context: click.Context,
    inventory: Path,
    which: str,
    report_file: Path | None,
    key_file: Path | None,
    passphrase_file: Path | None,
    days: int,
) -> None:
    """Sign the last audit's result, and add it to the chain INVENTORY/statements.intoto.jsonl.

    The statement says what was found, when, by which controls; it names no person and no room.
    Publish the chain; whoever has the public key checks it with selfhost verify.
    """
    if context.invoked_subcommand is not None:
        return
    from selfhost.attest import keys, sign, source
    from selfhost.audit import saved
    from selfhost.cli import passphrase
    from selfhost.errors import UsageError
    from selfhost.history import store
    from selfhost.history.model import choose
    from selfhost.runners import judging
    from selfhost.settings import load_site

    path = key_file or default_key()
    if not keys.is_there(path):
        raise UsageError(f"there is no key {path}", hint="selfhost attest init-key makes one")
    site = load_site(inventory, need_secrets=False)
    if report_file is not None:
        report = judging.report_text(report_file)
        saved.read(report, str(report_file))  # raises for what is none
    else:
        report = store.report(inventory, choose(which, store.entries(inventory)))
    key = keys.load(path, passphrase.for_key(passphrase_file))
    made = sign.extend(inventory, report, site.domain, key, days, _promised(inventory, report))
    click.echo(
        f"Statement {made.sequence} for {made.host}: {made.policy}, evidence {made.evidence}, "
        f"good until {made.expires:%Y-%m-%d %H:%M} UTC."
    )
    click.echo(f"selfhost publish puts it on the server: https://{made.host}{source.WELL_KNOWN}")


def _promised(inventory: Path, report: str) -> "Promised | None":
    """What the statement says of the promise; nothing where none was announced."""
    from datetime import UTC, datetime

    from selfhost.policy import keep
    from selfhost.policy.in_force import in_force
    from selfhost.policy.signed import promised
    from selfhost.reports import read_back

    today = datetime.now(UTC).date()
    changes = keep.changes(inventory)
    if not changes:
        if keep.there_is(inventory):
            click.echo(
                "The statement names no promise: selfhost policy announce makes it known.", err=True
            )
        return None
    return promised(in_force(changes, today), read_back.report(report, "the report"), today)


@attest.command("init-key")
@key_option
@passphrase_option
def init_key(key_file: Path | None, passphrase_file: Path | None) -> None:
    """Make the key that signs, protected by a passphrase, and show its public half."""
    from selfhost.attest import keys
    from selfhost.cli import passphrase

    path = key_file or default_key()
    public = keys.create(path, passphrase.for_key(passphrase_file, confirm=True))
    click.echo(f"Private key: {path}. Keep it and its passphrase off the server.", err=True)
    click.echo(keys.public_line(public))
    click.echo("Give participants that line another way than by the server itself.", err=True)
