"""``selfhost bridge``: video bridges of a site of several hosts."""

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfhost.cli.options import inventory_option, server_options, vault_option
from selfhost.exitcodes import ExitCode

if TYPE_CHECKING:
    from selfhost.bridges.load import Load
    from selfhost.settings.site import Host, Site

_UNITS = {"s": 1, "m": 60, "h": 3600}


def _duration(_context: click.Context, _option: click.Parameter, value: str) -> float:
    found = re.fullmatch(r"([0-9]{1,6})([smh])", value)
    if not found:
        raise click.BadParameter(f"{value!r} is not a duration such as 90s, 30m or 4h")
    return float(int(found[1]) * _UNITS[found[2]])


_patience = click.option(
    "--timeout",
    "patience",
    callback=_duration,
    default="4h",
    show_default=True,
    help="How long to wait for its meetings to end; it stays draining afterwards.",
)


@click.group()
def bridge() -> None:
    """Add, drain and remove video bridges on hosts of their own.

    See docs/several-hosts.md.
    """


@bridge.command("list")
@inventory_option
def list_(inventory: Path) -> ExitCode:
    """List the bridges, whether they take new meetings, and how many they carry."""
    from selfhost.bridges.ask import ask
    from selfhost.bridges.inventory import bridges
    from selfhost.errors import TargetError
    from selfhost.settings.site import load_site

    site = load_site(inventory, need_secrets=False)
    worst = ExitCode.OK
    for host in bridges(site):
        try:
            says = str(ask(site, host))
        except TargetError as error:
            says, worst = error.message, ExitCode.INCONCLUSIVE
        click.echo(f"{host.name}  {host.settings['site_public_address']}  {says}")
    return worst


@bridge.command()
@click.argument("name")
@click.option("--host", "address", required=True, help="Where SSH reaches it.")
@server_options
@click.option(
    "--restart-signalling",
    is_flag=True,
    help="Agree that meetings are interrupted for seconds; the first bridge elsewhere needs that.",
)
@click.option("--no-apply", is_flag=True, help="Write the inventory only.")
@inventory_option
@vault_option
def add(
    name: str,
    address: str,
    user: str,
    port: int,
    identity_file: Path | None,
    public_address: str | None,
    private_address: str | None,
    restart_signalling: bool,
    no_apply: bool,
    inventory: Path,
    vault_password_file: Path | None,
) -> None:
    """Add a bridge NAME: write it into the inventory, then provision it and its account.

    Meetings go on, but for the very first bridge on another host: from then on the XMPP server
    listens for bridges, and bridges share meetings, so both are restarted once.
    """
    from selfhost.bridges import inventory as members
    from selfhost.cli.apply import conclude
    from selfhost.cli.progress import chosen
    from selfhost.errors import UsageError
    from selfhost.provision.invocation import Request
    from selfhost.provision.preflight import remember_keys
    from selfhost.provision.run import run_playbook
    from selfhost.settings.create import public_address as reached_at
    from selfhost.settings.render import HostEntry
    from selfhost.settings.site import load_site

    inventory = inventory.expanduser()
    site = load_site(inventory, vault_password_file)
    if not restart_signalling and not members.remote(site):
        raise UsageError(
            f"{name} would be the first bridge on another host: the XMPP server and jicofo are "
            "restarted once, which interrupts meetings for some seconds; nothing was written",
            hint="do it at a quiet time and add --restart-signalling",
        )
    new = members.NewBridge(
        HostEntry(name, address, user, port, identity_file),
        reached_at(public_address, address),
        private_address or "",
    )
    for path in members.add(inventory, new, vault_password_file):
        click.echo(f"wrote {path}")
    site = load_site(inventory, vault_password_file)
    if no_apply:
        click.echo("next: selfhost check, then selfhost apply", err=True)
        return
    remember_keys(site)
    limit = f"{members.signalling(site).name},{name}"
    request = Request(limit=limit, vault_password_file=vault_password_file)
    with chosen(0) as shown:
        outcome = run_playbook(site, request, shown.observe)
    conclude(outcome, False, inventory)


@bridge.command()
@click.argument("name")
@click.option("--undo", is_flag=True, help="Let it take new meetings again.")
@_patience
@inventory_option
def drain(name: str, undo: bool, patience: float, inventory: Path) -> ExitCode:
    """Let bridge NAME take no new meetings, and wait until those that it carries have ended.

    No call is dropped. Exits with 0 when it carries none, with 3 when --timeout is over. A restart
    of the bridge ends draining.
    """
    from selfhost.bridges.ask import ask
    from selfhost.bridges.inventory import find
    from selfhost.settings.site import load_site

    site = load_site(inventory, need_secrets=False)
    host = find(site, name)
    if undo:
        click.echo(f"{name}: {ask(site, host, drain=False)}")
        return ExitCode.OK
    return ExitCode.OK if _drained(site, host, patience) else ExitCode.INCONCLUSIVE


@bridge.command()
@click.argument("name")
@click.option("--gone", is_flag=True, help="The host is lost: do not try to reach it.")
@_patience
@inventory_option
@vault_option
def remove(
    name: str, gone: bool, patience: float, inventory: Path, vault_password_file: Path | None
) -> ExitCode:
    """Drain bridge NAME, take all off its host, revoke its account, forget it.

    Exits with 3, and changes nothing but its drain mode, when meetings are left after --timeout.
    """
    from selfhost.bridges import inventory as members
    from selfhost.cli.apply import conclude
    from selfhost.cli.progress import chosen
    from selfhost.errors import UsageError
    from selfhost.provision.invocation import Request
    from selfhost.provision.run import run_playbook
    from selfhost.settings.inventory import GROUPS
    from selfhost.settings.site import load_site

    inventory = inventory.expanduser()
    site = load_site(inventory, vault_password_file)
    host = members.find(site, name)
    if len(members.bridges(site)) == 1:
        raise UsageError(
            f"{name} is the only bridge, and no meeting works without one",
            hint="add another one first: selfhost bridge add",
        )
    if len(set(host.groups) & set(GROUPS)) > 1:
        raise UsageError(
            f"{name} plays other parts too, and only its part as a bridge would be taken away",
            hint="take it out of jitsi_videobridge in hosts.yml after selfhost bridge drain",
        )
    if not gone:
        if not _drained(site, host, patience):
            return ExitCode.INCONCLUSIVE
        request = Request("remove_bridge.yml", limit=name, vault_password_file=vault_password_file)
        with chosen(0) as shown:
            run_playbook(site, request, shown.observe)
    for path in members.remove(inventory, name, vault_password_file):
        click.echo(f"wrote {path}")
    site = load_site(inventory, vault_password_file)
    request = Request(limit=members.signalling(site).name, vault_password_file=vault_password_file)
    with chosen(0) as shown:
        outcome = run_playbook(site, request, shown.observe)
    conclude(outcome, False, inventory)
    return ExitCode.OK


def _drained(site: "Site", host: "Host", patience: float) -> bool:
    from selfhost.bridges.ask import ask
    from selfhost.bridges.load import wait_until_empty

    def tell(load: "Load", seconds: float) -> None:
        click.echo(f"{host.name}: {load} ({seconds:.0f} s)", err=True)

    ask(site, host, drain=True)
    last = wait_until_empty(lambda: ask(site, host), patience, tell, time.monotonic, time.sleep)
    if last.conferences:
        click.echo(
            f"{host.name} still carries {last.conferences} meeting(s) and goes on draining; run "
            "this again, or undo it with: selfhost bridge drain --undo",
            err=True,
        )
    return last.conferences == 0
