"""``selfhost publish``: the page about privacy, for participants."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfhost.cli.options import file_option, inventory_option, vault_option
from selfhost.exitcodes import ExitCode

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from selfhost.page.model import Page


key_option = click.option(
    "--key",
    "key_text",
    metavar="PUBLIC",
    help="The public key of the statements; by default that of selfhost attest.",
)


@click.command()
@inventory_option
@vault_option
@key_option
@file_option(
    "--report",
    "report_file",
    metavar="FILE.json",
    help="The JSON report that was signed, where it is not in the history.",
)
@file_option(
    "-o",
    "--output",
    metavar="FOLDER",
    help="Write the files there, and leave the server alone.",
)
def publish(
    inventory: Path,
    vault_password_file: Path | None,
    key_text: str | None,
    report_file: Path | None,
    output: Path | None,
) -> ExitCode:
    """Put the page https://DOMAIN/privacy and the signed statements on the server.

    Run it after selfhost attest, and after an audit that failed: the page says that then. When
    the statement expires, the page says so by itself. Exits with 0 when the page says that all is
    in order, 1 when it says anything else.
    """
    from selfhost.page import publishing
    from selfhost.page.model import State
    from selfhost.runners import judging
    from selfhost.settings.site import load_site

    site = load_site(inventory, vault_password_file, need_secrets=False)
    now = datetime.now(UTC)
    key = public_key(key_text)
    report = judging.report_text(report_file) if report_file else None
    done = publishing.publish(inventory, site, key, now, report, output)
    for one in done.hosts:
        click.echo(f"{one.host}: {'published' if one.changed else 'as it was'}", err=True)
        if one.worse:
            click.echo(f"{one.worse}: selfhost audit, then publish again", err=True)
    click.echo(_told(done.page))
    good = done.page.state is State.VALID and not any(one.worse for one in done.hosts)
    return ExitCode.OK if good else ExitCode.FINDINGS


def public_key(text: str | None) -> "Ed25519PublicKey":
    """The key that was given, or that of selfhost attest. Raises UsageError without one."""
    from selfhost.attest import keys
    from selfhost.cli.attest import default_key
    from selfhost.errors import UsageError

    public = default_key().with_name(default_key().name + ".pub")
    if text is None and not public.is_file():
        raise UsageError(
            f"there is no key {public}", hint="name the public key of the statements with --key"
        )
    return keys.public(text or str(public))


def _told(page: "Page") -> str:
    from selfhost.page.render import PATH
    from selfhost.page.texts import languages

    texts = languages()[0]
    until = f", until {texts.minute(page.until)}" if page.until else ""
    return f"https://{page.domain}{PATH}: {texts.say(page.state)}{until}"
