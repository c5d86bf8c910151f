"""``selfhost apply``: provision the server."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from selfhost.cli.options import inventory_option, vault_option
from selfhost.cli.progress import chosen

if TYPE_CHECKING:
    from selfhost.provision.events import RunState
    from selfhost.provision.run import Outcome


@click.command()
@inventory_option
@vault_option
@click.option("--check", "check_only", is_flag=True, help="Change nothing; say what would change.")
@click.option("--diff", is_flag=True, help="Show how files change.")
@click.option("--tags", metavar="A,B", help="Only tasks with one of these tags (a role's name).")
@click.option("--limit", metavar="HOST", help="Only these hosts or groups.")
@click.option("-v", "--verbose", count=True, help="Show Ansible's own output; -vv for more.")
def apply(
    inventory: Path,
    vault_password_file: Path | None,
    check_only: bool,
    diff: bool,
    tags: str | None,
    limit: str | None,
    verbose: int,
) -> None:
    """Provision the servers, or bring them back to what the settings say.

    Running it again changes nothing that is right already. The log of each run is kept in the
    inventory's folder runs/.
    """
    from selfhost.provision.invocation import Request
    from selfhost.provision.run import run_playbook
    from selfhost.settings.release import require_acknowledged
    from selfhost.settings.site import load_site

    site = load_site(inventory, vault_password_file)
    require_acknowledged(site.settings, inventory)
    request = Request(
        check=check_only,
        diff=diff,
        tags=tags,
        limit=limit,
        verbosity=max(0, verbose - 1),
        vault_password_file=vault_password_file,
    )

    with chosen(verbose) as progress:

        def observe(state: "RunState", event: dict[str, Any] | None, log: bytes) -> None:
            progress.observe(state, event, log)
            if event and event["event"] == "diff" and not verbose:
                click.echo(_escaped(f"--- {event['role']} : {event['task']}\n{event['text']}"))

        outcome = run_playbook(site, request, observe)
    conclude(outcome, check_only, inventory)


def conclude(outcome: "Outcome", check_only: bool, inventory: Path) -> None:
    state = outcome.state
    time = f"{outcome.seconds:.0f} s"
    log = outcome.record / "ansible.log"
    if not state.results:
        click.echo(f"no task matched; nothing was done. log: {log}", err=True)
        return
    if check_only:
        for host, role, task in state.changes:
            click.echo(f"would change on {host}: {role + ' : ' if role else ''}{task}")
        click.echo(f"{state.changed} would change, in {time}; log: {log}", err=True)
        return
    what = f"{state.changed} changed" if state.changed else "nothing had to change"
    click.echo(f"applied in {time}: {what}; log: {log}", err=True)
    where = "" if inventory == Path("inventory") else f" -i {shlex.quote(str(inventory))}"
    click.echo(f"next: selfhost audit{where}", err=True)


def _escaped(text: str) -> str:
    """Text that came from the server, without control characters."""
    return "".join(c if c.isprintable() or c in "\n\t" else "?" for c in text)
