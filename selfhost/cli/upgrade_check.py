"""``selfhost upgrade --check``: what an upgrade would bring, and what stands in its way."""

import json
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from selfhost.exitcodes import ExitCode

if TYPE_CHECKING:
    from selfhost.provision.offer import Offer
    from selfhost.provision.preflight import HostReport
    from selfhost.settings.release import Change
    from selfhost.settings.site import Site

SCHEMA = "selfhost.upgrade-check/1"


@dataclass(frozen=True, slots=True)
class _Look:
    """What was found."""

    reports: tuple["HostReport", ...]
    offers: dict[str, "Offer"]
    breaking: tuple["Change", ...]

    @property
    def verdict(self) -> str:
        """``stopped`` (something is to be mended or read first), ``unreachable``, ``unknown``,
        ``newer`` or ``nothing-newer``."""
        from selfhost.provision import preflight

        found = preflight.verdict(self.reports)
        if found == "not-ready" or self.breaking:
            return "stopped"
        if found != "ready":
            return found
        newer = any(offer.changes for offer in self.offers.values())
        return "newer" if newer else "nothing-newer"


_CODES = {
    "stopped": ExitCode.FINDINGS,
    "unreachable": ExitCode.INCONCLUSIVE,
    "unknown": ExitCode.INCONCLUSIVE,
    "newer": ExitCode.OK,
    "nothing-newer": ExitCode.OK,
}


def show(
    site: "Site", inventory: Path, vault_password_file: Path | None, to: str | None, form: str
) -> ExitCode:
    """Look, print what was found, and say by the exit code whether an upgrade could begin."""
    look = _look(site, vault_password_file, to)
    if form == "json":
        click.echo(json.dumps(_as_json(look), indent=2, ensure_ascii=False))
    else:
        from selfhost.cli.check import show_report

        for report in look.reports:
            show_report(report)
        _conclude(look, inventory)
    return _CODES[look.verdict]


def _look(site: "Site", vault_password_file: Path | None, to: str | None) -> _Look:
    from selfhost.errors import TargetError
    from selfhost.provision import content
    from selfhost.provision import offer as offers
    from selfhost.provision.checks import Check, Status
    from selfhost.provision.invocation import Request
    from selfhost.provision.preflight import HostReport, ask
    from selfhost.provision.run import run_playbook
    from selfhost.settings.release import ACKNOWLEDGED, load_release, unread

    answers = {}
    reports: dict[str, HostReport] = {}
    for host in site.hosts:
        try:
            answers[host.name] = ask(site, host)
        except TargetError as error:
            lost = Check("connection", Status.FAILED, error.message, error.hint)
            reports[host.name] = HostReport(host.name, False, (lost,))
    found: dict[str, offers.Offer] = {}
    if not reports:
        given = {"jitsi_repository_upgrade_to": to} if to else {}
        # Unread changes stop an upgrade, and not a look at one: they are told beside it.
        read = {ACKNOWLEDGED: load_release(content.roles()).number}
        request = Request(
            playbook="upgrade_check.yml",
            check=True,
            vault_password_file=vault_password_file,
            variables={**given, **read},
        )
        told = run_playbook(site, request, lambda state, event, log: None).state.told
        found = {name: offers.read(said) for name, said in told.items()}
    for host in site.hosts:
        if host.name in answers:
            checks = offers.judge(
                found.get(host.name), answers[host.name], host.settings, host.groups
            )
            reports[host.name] = HostReport(host.name, True, checks)
    ordered = tuple(reports[host.name] for host in site.hosts)
    return _Look(ordered, found, unread(site.settings))


def _conclude(look: _Look, inventory: Path) -> None:
    from selfhost.settings.release import ACKNOWLEDGED

    for change in look.breaking:
        click.echo(f"to be read first: {change.since}, {change.id}: this release {change.what}.")
        click.echo(f"  {change.do} Then raise {ACKNOWLEDGED}.")
    where = "" if inventory == Path("inventory") else f" -i {shlex.quote(str(inventory))}"
    click.echo(
        {
            "newer": f"\nnothing stands in the way; next: selfhost upgrade{where}",
            "nothing-newer": "\nthere is nothing to upgrade to",
            "stopped": "\nan upgrade would stop: mend what failed, then check again",
            "unreachable": "\na server could not be reached: nothing can be said about it",
            "unknown": "\nnot known: a question could not be answered",
        }[look.verdict],
        err=True,
    )


def _as_json(look: _Look) -> dict[str, Any]:
    from selfhost.provision import preflight

    hosts = preflight.as_json(look.reports)["hosts"]
    for host in hosts:
        offer = look.offers.get(host["host"])
        host["installed"] = dict(offer.installed) if offer else {}
        host["changes"] = {name: new for name, _, new in offer.changes} if offer else {}
    return {
        "schema": SCHEMA,
        "verdict": look.verdict,
        "breaking": [
            {"id": c.id, "since": c.since, "what": c.what, "do": c.do} for c in look.breaking
        ],
        "hosts": hosts,
    }
