"""``selfhost status``: how the servers are."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfhost.cli.options import form_option, inventory_option
from selfhost.cli.session import session
from selfhost.exitcodes import ExitCode

if TYPE_CHECKING:
    from selfhost.health.status import HostStatus, LastAudit
    from selfhost.settings.site import Host, Site

MAX_PARALLEL = 16
_CODES = {
    "fine": ExitCode.OK,
    "wrong": ExitCode.FINDINGS,
    "unreachable": ExitCode.INCONCLUSIVE,
    "unknown": ExitCode.INCONCLUSIVE,
}


@click.command()
@inventory_option
@form_option("terminal", "json")
def status(inventory: Path, form: str) -> ExitCode:
    """Show how the servers are: services, logins, certificates, versions, firewall, machine.

    Looks only, through one SSH session per host. Exits with 0 when all is fine, 1 when something
    is wrong (selfhost doctor says why), 3 when a server was not reached or did not answer all.
    """
    from selfhost.health import kept_audit
    from selfhost.health.status import verdict
    from selfhost.reports import status as report
    from selfhost.settings.site import load_site

    site = load_site(inventory, need_secrets=False)
    audit = kept_audit.last(site.inventory)
    with ThreadPoolExecutor(min(MAX_PARALLEL, len(site.hosts))) as pool:
        hosts = tuple(pool.map(lambda host: _one(site, host, audit), site.hosts))
    if form == "json":
        click.echo(report.as_json(hosts), nl=False)
    else:
        colour = session().colored(sys.stdout)
        click.echo(report.render(hosts, colour=colour), nl=False, color=colour)
        if verdict(hosts) == "wrong":
            click.echo("something is wrong; for cause and fix: selfhost doctor", err=True)
    return _CODES[verdict(hosts)]


def _one(site: "Site", host: "Host", audit: "LastAudit | None") -> "HostStatus":
    from selfhost.errors import TargetError
    from selfhost.health.expected import expected_of
    from selfhost.health.reach import look_at
    from selfhost.health.status import HostStatus, judge

    expected = expected_of(site, host)
    try:
        facts = look_at(site, host, expected)
    except TargetError as error:
        why = "; ".join(text for text in (error.message.rstrip("."), error.hint) if text)
        return HostStatus(host.name, unreachable=why)
    return HostStatus(host.name, judge(facts, expected, audit))
