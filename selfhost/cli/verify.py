"""``selfhost verify``: check signed statements without trust in the server."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfhost.cli.options import form_option
from selfhost.exitcodes import ExitCode

if TYPE_CHECKING:
    from selfhost.attest.chain import Checked


@click.command()
@click.argument("where", metavar="FILE|URL|DIRECTORY")
@click.option(
    "--key",
    "key_text",
    required=True,
    metavar="PUBLIC",
    help="The public key that the admin gave you: the line ssh-ed25519 ..., or a file with it.",
)
@click.option("--host", default="", help="Whose statements they must be; a URL tells it.")
@click.option(
    "--memory",
    type=click.Path(path_type=Path),
    help="Where to remember what was seen; by default ~/.local/state/selfhost/verified.json.",
)
@click.option(
    "--no-memory", is_flag=True, help="Neither compare with an earlier look nor remember."
)
@form_option("terminal", "json")
def verify(
    where: str, key_text: str, host: str, memory: Path | None, no_memory: bool, form: str
) -> ExitCode:
    """Check the statements that a server publishes: genuine, complete, in time, and what they say.

    Needs no account and does not trust the server. https://HOST alone means its well-known place.
    Exits with 0 when all is good, 1 when something is wrong or the audit failed, 3 when the
    audit could not see all or the URL did not answer.
    """
    from selfhost.attest import chain, keys, source
    from selfhost.attest import memory as seen
    from selfhost.reports.verification import as_json, render

    key = keys.public(key_text)
    key_id = keys.key_id(key)
    sealed, told = source.read(where)
    host = (host or told).lower()
    now = datetime.now(UTC)
    path = memory or seen.default_path()
    opened = chain.opened(sealed, key, host)
    remembers = bool(opened.found) and not no_memory
    remembered = seen.recall(path, key_id, opened.host) if remembers else None
    checked = chain.judged(opened, now, remembered)
    newest = checked.newest if remembers and checked.genuine else None
    if newest is not None and not seen.remember(path, key_id, newest, now):
        click.echo(f"{path} cannot be written: nothing is remembered.", err=True)
    text = as_json(checked, key_id) if form == "json" else render(checked)
    click.echo(text, nl=False)
    return _exit_code(checked)


def _exit_code(checked: "Checked") -> ExitCode:
    from selfhost.attest.problems import INCONCLUSIVE

    codes = {problem.code for problem in checked.problems}
    if not codes:
        return ExitCode.OK
    return ExitCode.INCONCLUSIVE if codes <= INCONCLUSIVE else ExitCode.FINDINGS
