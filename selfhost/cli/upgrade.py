"""``selfhost upgrade`` and ``selfhost rollback``: other versions of Jitsi's packages, and back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfhost.cli import progress
from selfhost.cli.backup import counts, passphrase_option, prune_old, recipient_option
from selfhost.cli.options import form_option, inventory_option, vault_option
from selfhost.exitcodes import ExitCode

if TYPE_CHECKING:
    from selfhost.backup.envelope import Lock
    from selfhost.provision.facts import ServerFacts
    from selfhost.provision.upgrade import Findings, Step
    from selfhost.settings.site import Site

_TOLD = {
    "audit before": "looking at the servers as they are",
    "new versions": "keeping a way back, then installing the new versions",
    "audit": "auditing",
    "keep": "keeping the new versions",
    "rollback": "that did not work: going back",
}


@click.command()
@inventory_option
@vault_option
@click.option("--to", metavar="VERSION", help="This version of jitsi-meet, not the newest.")
@click.option(
    "--check",
    "dry",
    is_flag=True,
    help="Only tell what an upgrade would bring, and whether it could.",
)
@form_option("terminal", "json", help="Of --check.")
@click.option("--no-backup", is_flag=True, help="Make none: there is one of now already.")
@passphrase_option
@recipient_option
@click.option("-v", "--verbose", count=True, help="Show Ansible's own output.")
def upgrade(
    inventory: Path,
    vault_password_file: Path | None,
    to: str | None,
    dry: bool,
    form: str,
    no_backup: bool,
    passphrase_file: Path | None,
    recipient: tuple[str, ...],
    verbose: int,
) -> ExitCode:
    """Bring Jitsi's packages to other versions, or back when that does not work.

    To those that group_vars/all/versions.yml names; where these are installed already, to the
    newest that are offered. First a backup is written to the inventory's folder backups (as
    selfhost backup does), and packages and files are kept on the servers. When the new versions
    do not work, or the audit finds what it did not find before, all is put back.

    With --check nothing is changed. It exits with 0 when an upgrade could begin or there is
    nothing newer, 1 when something has to be mended or read first, 3 when a server or its
    repository cannot be asked.
    """
    from selfhost.cli import upgrade_check
    from selfhost.errors import SelfhostError, UsageError
    from selfhost.provision import upgrade as logic
    from selfhost.provision.versions import UNFINISHED
    from selfhost.settings.release import require_acknowledged
    from selfhost.settings.site import load_site

    site = load_site(inventory, vault_password_file)
    if dry:
        return upgrade_check.show(site, inventory, vault_password_file, to, form)
    require_acknowledged(site.settings, inventory)
    actions = _Actions(site, vault_password_file, verbose, to)
    before = actions.facts()
    if any(facts.upgrade in UNFINISHED for facts in before):
        raise UsageError("an upgrade was interrupted", hint="end it first: selfhost rollback")
    if not no_backup:
        actions.lock = _lock(site, passphrase_file, recipient)
    try:
        with _interruption_told(actions):
            logic.run(actions)
    except SelfhostError as error:
        if actions.saved:
            error.hint = f"{error.hint}\nbackup from before: {actions.saved}".strip()
        raise
    _conclude(before, actions.facts())
    if actions.saved:
        click.echo(f"backup from before: {actions.saved}", err=True)
    return ExitCode.OK


@click.command()
@inventory_option
@vault_option
@click.option("-v", "--verbose", count=True, help="Show Ansible's own output.")
def rollback(inventory: Path, vault_password_file: Path | None, verbose: int) -> None:
    """Go back to the packages and files from before the last upgrade.

    Also ends an upgrade that was interrupted. It can be run again when it is interrupted itself.
    """
    from selfhost.settings.site import load_site

    site = load_site(inventory, vault_password_file)
    actions = _Actions(site, vault_password_file, verbose)
    before = actions.facts()
    with _interruption_told(actions):
        actions.back()
    _conclude(before, actions.facts())


def _lock(site: "Site", passphrase_file: Path | None, recipient: tuple[str, ...]) -> "Lock":
    """What the backup is closed with, asked for before anything begins."""
    from selfhost.cli import passphrase
    from selfhost.errors import UsageError

    try:
        return passphrase.lock(site.settings, passphrase_file, recipient)
    except UsageError as error:
        other = "with a backup of today at hand: --no-backup"
        error.hint = "\n".join(filter(None, [error.hint, other]))
        raise


@dataclass
class _Actions:
    """What :mod:`selfhost.provision.upgrade` does, on this site."""

    site: "Site"
    vault_password_file: Path | None
    verbose: int
    to: str | None = None
    lock: "Lock | None" = field(default=None, repr=False)  # None: no backup
    saved: Path | None = None

    def backup(self) -> None:
        from selfhost.backup import create

        if self.lock is None:
            return
        click.echo("making a backup ...", err=True)
        made = create.collect(self.site)
        path = create.new_path(self.site)
        create.write(made, self.lock, path)
        self.saved = path
        click.echo(f"{path}: {counts(made)}", err=True)
        prune_old(self.site, path)

    def audit(self) -> "Findings":
        from selfhost.audit.evaluate import evaluate
        from selfhost.controls import registry
        from selfhost.controls.model import Status
        from selfhost.targets.parse import from_site

        bad = (Status.FAIL, Status.UNKNOWN)
        return frozenset(
            (target.name, result.control)
            for target in from_site(self.site)
            for result in evaluate(target.collect(), list(registry.controls())).results
            if result.status in bad
        )

    def change(self) -> None:
        self._play("upgrade.yml", {"jitsi_repository_upgrade_to": self.to} if self.to else {})

    def keep(self) -> None:
        self._play("keep.yml", {})

    def back(self) -> None:
        self._play("rollback.yml", {})

    def begun(self) -> bool:
        from selfhost.errors import TargetError
        from selfhost.provision.versions import UNFINISHED

        try:
            return any(facts.upgrade in UNFINISHED for facts in self.facts())
        except TargetError:
            return True  # not known: going back does no harm where nothing was begun

    def tell(self, step: "Step") -> None:
        if told := _TOLD.get(step.value):
            click.echo(f"{told} ...", err=True)

    def facts(self) -> tuple["ServerFacts", ...]:
        """What each host says of itself. Raises TargetError when one does not answer."""
        from selfhost.provision.preflight import ask

        return tuple(ask(self.site, host) for host in self.site.hosts)

    def _play(self, playbook: str, variables: dict[str, str]) -> None:
        from selfhost.provision.invocation import Request
        from selfhost.provision.run import run_playbook

        request = Request(
            playbook=playbook,
            verbosity=max(0, self.verbose - 1),
            vault_password_file=self.vault_password_file,
            variables=variables,
        )
        with progress.chosen(self.verbose) as shown:
            run_playbook(self.site, request, shown.observe)


@contextmanager
def _interruption_told(actions: _Actions) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        if actions.begun():
            click.echo("in the middle of an upgrade; selfhost rollback brings it back", err=True)
        if actions.saved:
            click.echo(f"backup from before: {actions.saved}", err=True)
        raise


def _conclude(before: tuple["ServerFacts", ...], after: tuple["ServerFacts", ...]) -> None:
    old = {p.name: p.version for facts in before for p in facts.jitsi}
    new = {p.name: p.version for facts in after for p in facts.jitsi}
    changed = [name for name in sorted(new) if new[name] != old.get(name)]
    for name in changed:
        click.echo(f"{name}: {old.get(name, 'none')} -> {new[name]}")
    if not changed:
        click.echo("no version has changed: there is nothing newer")
