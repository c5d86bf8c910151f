"""``selfhost publish``: the page about privacy, for participants."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfhost.cli.options import inventory_option, vault_option
from selfhost.exitcodes import ExitCode

if TYPE_CHECKING:
    from selfhost.page.model import Page


@click.command()
@inventory_option
@vault_option
@click.option(
    "--key",
    "key_text",
    metavar="PUBLIC",
    help="The public key of the statements; by default that of selfhost attest.",
)
@click.option(
    "--report",
    "report_file",
    type=click.Path(path_type=Path),
    metavar="FILE.json",
    help="The JSON report that was signed, where it is not in the history.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
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
    from selfhost import whole_file
    from selfhost.attest import keys
    from selfhost.cli.attest import default_key
    from selfhost.errors import UsageError
    from selfhost.page import basis, publication, upload
    from selfhost.settings.site import load_site

    site = load_site(inventory, vault_password_file, need_secrets=False)
    public = default_key().with_name(default_key().name + ".pub")
    if key_text is None and not public.is_file():
        raise UsageError(
            f"there is no key {public}", hint="name the public key of the statements with --key"
        )
    now = datetime.now(UTC)
    key = keys.public(key_text or str(public))
    found = basis.find(inventory, site.domain, key, report_file, now)
    files = publication.files(found.page, found.chain, now)
    if output is not None:
        try:
            output.mkdir(exist_ok=True)
            for name, content in files.items():
                whole_file.put(output / name, content, 0o644)
        except OSError as error:
            raise UsageError(f"{output} cannot be written: {error.strerror}") from None
    else:
        for host in upload.web_hosts(site):
            changed = upload.upload(site, host, files)
            click.echo(f"{host.name}: {'published' if changed else 'as it was'}", err=True)
    click.echo(_told(found.page))
    return _exit_code(found.page)


def _told(page: "Page") -> str:
    from selfhost.page.render import PATH
    from selfhost.page.texts import languages

    texts = languages()[0]
    until = f", until {texts.minute(page.until)}" if page.until else ""
    return f"https://{page.domain}{PATH}: {texts.say(page.state)}{until}"


def _exit_code(page: "Page") -> ExitCode:
    from selfhost.page.model import State

    return ExitCode.OK if page.state is State.VALID else ExitCode.FINDINGS
