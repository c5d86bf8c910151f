"""``selfhost watch``: an audit that tells only what changed."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfhost.cli.options import file_option, inventory_option, profile_option
from selfhost.cli.publish import key_option, public_key
from selfhost.exitcodes import ExitCode

if TYPE_CHECKING:
    from selfhost.audit.model import Report
    from selfhost.catalog.profiles import Profile
    from selfhost.controls.model import Control
    from selfhost.targets.model import Target
    from selfhost.watch.send import Channel


@click.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@inventory_option
@file_option(
    "--state",
    help="Where the history is kept when TARGET is given, such as /var/lib/selfhost.",
    metavar="FOLDER",
)
@click.option("--name", metavar="NAME", help="What to call the site; by default as it is given.")
@click.option(
    "--host", metavar="NAME", help="With local: what the inventory, and so waivers, call it."
)
@click.option("--mail", "mails", multiple=True, metavar="ADDRESS", help="Tell by sendmail.")
@click.option("--webhook", metavar="URL", help="Tell by a signed POST (Standard Webhooks).")
@file_option("--webhook-secret-file", help="File (mode 0600) with the webhook's secret.")
@click.option("--journal", is_flag=True, help="Tell systemd's journal.")
@click.option(
    "--publish",
    is_flag=True,
    help="Then also publish the page for participants, as selfhost publish does.",
)
@key_option
@click.option(
    "--page",
    "domain",
    metavar="DOMAIN",
    help="With local: while the audit fails, have the page for participants on this server say so.",
)
@profile_option
@click.option(
    "--exit-zero", is_flag=True, help="Exit with 0 when something got worse and that was told."
)
def watch(
    targets: tuple[str, ...],
    inventory: Path,
    state: Path | None,
    name: str | None,
    host: str | None,
    mails: tuple[str, ...],
    webhook: str | None,
    webhook_secret_file: Path | None,
    journal: bool,
    publish: bool,
    key_text: str | None,
    domain: str | None,
    profile_name: str,
    exit_zero: bool,
) -> ExitCode:
    """Audit, and tell only what changed since it was told last; for a timer.

    Quiet when nothing changed. When the audit itself cannot look, that is told each time. Without
    a way to tell, prints. Exits with 0 when nothing got worse, 1 when something did, 3 when it
    could not look or could not tell. A Python that cannot start at all ends with 1, too: a timer
    takes --exit-zero, so that this does not look like something that was told.
    """
    from selfhost.errors import UsageError
    from selfhost.runners import judging
    from selfhost.targets.model import now
    from selfhost.watch.look import Watched, look

    if bool(targets) != (state is not None):
        raise UsageError(
            "TARGET and --state go together",
            hint="without both, the inventory's hosts are audited, and its folder is used",
        )
    if publish and targets:
        raise UsageError("--publish is for an inventory", hint="leave TARGET and --state away")
    if key_text is not None and not publish:
        raise UsageError("--key is for --publish")
    for option, value in (("--host", host), ("--page", domain)):
        if value is not None and targets != ("local",):
            raise UsageError(f"{option} is for the server itself", hint="its TARGET is local")
    key = public_key(key_text) if publish else None
    channels = _channels(mails, webhook, webhook_secret_file, journal)
    profile = judging.profile(profile_name)
    folder = state or inventory
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}")
    site = name or (", ".join(targets) if targets else _site(inventory))

    def audit() -> "Report":
        return _audit(targets, host, folder, profile)

    def show(report: "Report") -> None:
        from selfhost.watch import shown

        if key is not None:
            shown.from_inventory(inventory, key)
        if domain is not None:
            shown.on_this_server(domain, folder, report)

    def warn(text: str) -> None:
        click.echo(text, err=True)

    code = look(Watched(folder, site, channels, warn, show), audit, now())
    return ExitCode.OK if exit_zero and code is ExitCode.FINDINGS else code


def _channels(
    mails: tuple[str, ...], webhook: str | None, secret_file: Path | None, journal: bool
) -> list["Channel"]:
    from selfhost.errors import UsageError
    from selfhost.watch import send

    if (webhook is None) != (secret_file is None):
        raise UsageError("--webhook and --webhook-secret-file go together")
    channels: list[Channel] = [send.Mail(address) for address in mails]
    if webhook is not None and secret_file is not None:
        channels.append(send.Webhook(webhook, send.secret(secret_file)))
    if journal:
        channels.append(send.Journal())
    return channels or [send.Printed(lambda text: click.echo(text, nl=False))]


def _site(inventory: Path) -> str:
    """The domain; the folder's name while the settings are wrong, so that that can be told."""
    from selfhost.errors import SettingsError
    from selfhost.settings import load_site

    try:
        return load_site(inventory, need_secrets=False).domain
    except SettingsError:
        return str(inventory)


def _audit(
    targets: tuple[str, ...], host: str | None, folder: Path, profile: "Profile"
) -> "Report":
    """As selfhost audit does it without options. ``folder``: the inventory, or what stands for it
    where targets are given."""
    from selfhost.audit.policy import decide
    from selfhost.runners import judging, side_by_side
    from selfhost.settings import load_site
    from selfhost.targets.local import LocalTarget
    from selfhost.targets.parse import from_site, parse_target

    today = datetime.now(UTC).date()
    waivers = judging.waivers(profile, None, folder / judging.WAIVERS, today)
    chosen: tuple[Target, ...]
    if host is not None:
        chosen = (LocalTarget(host),)
    elif targets:
        chosen = tuple(parse_target(text) for text in targets)
    else:
        chosen = from_site(load_site(folder, need_secrets=False))

    def controls() -> "list[Control]":
        return judging.controls(profile)

    reports = side_by_side.audit(chosen, controls)
    return decide(judging.report(reports, controls(), "low"), profile, waivers, today, None, False)
