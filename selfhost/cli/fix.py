"""``selfhost fix``: how the last audit's findings are mended, and the roles that mend them."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfhost.cli.options import file_option, inventory_option, vault_option
from selfhost.exitcodes import ExitCode

if TYPE_CHECKING:
    from selfhost.audit.mending import Mend


@click.command()
@inventory_option
@vault_option
@file_option(
    "--report",
    help="A JSON report; by default that of the last `selfhost audit` of this inventory.",
    metavar="FILE.json",
)
@click.option("--apply", "apply_now", is_flag=True, help="Run the roles that mend, after asking.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def fix(
    context: click.Context,
    inventory: Path,
    vault_password_file: Path | None,
    report: Path | None,
    apply_now: bool,
    yes: bool,
) -> ExitCode:
    """List what mends each finding; with --apply, run the roles that do.

    A setting that asks for what was found is never changed here, and what is mended by hand is
    told. Exits with 1 while findings are left.
    """
    from selfhost.audit.mending import Way
    from selfhost.errors import UsageError

    mends = _planned(inventory, vault_password_file, report)
    if not mends:
        click.echo("nothing to mend: the audit's report has no finding", err=True)
        return ExitCode.OK
    for mend in mends:
        _show(mend)
    tags = sorted({mend.tag for mend in mends if mend.way is Way.ROLE})
    left = sum(mend.way is not Way.ROLE for mend in mends)
    if tags:
        click.echo(f"selfhost apply --tags {','.join(tags)}")
    if not apply_now:
        return ExitCode.FINDINGS
    if left:
        click.echo(f"{left} of {len(mends)} are not mended by a role; see above", err=True)
    if not tags:
        return ExitCode.FINDINGS
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("--apply asks before it changes servers", hint="or give --yes")
        click.confirm(f"Run the roles {', '.join(tags)} on the servers?", abort=True, err=True)
    from selfhost.cli.apply import apply

    context.invoke(
        apply,
        inventory=inventory,
        vault_password_file=vault_password_file,
        check_only=False,
        diff=False,
        tags=",".join(tags),
        limit=None,
        verbose=0,
    )
    return ExitCode.FINDINGS if left else ExitCode.OK


def _planned(
    inventory: Path, vault_password_file: Path | None, report: Path | None
) -> tuple["Mend", ...]:
    from selfhost.audit.mending import plan
    from selfhost.controls import registry
    from selfhost.errors import UsageError
    from selfhost.health import kept_audit
    from selfhost.provision import content
    from selfhost.runners import judging
    from selfhost.settings.site import load_site

    path = report or inventory / kept_audit.NAME
    if report is None and not path.is_file():
        raise UsageError(f"{inventory} has not been audited yet", hint="run selfhost audit")
    saved = judging.saved(path)
    site = load_site(inventory, vault_password_file, need_secrets=False)
    known = {
        name: control for control in registry.controls() for name in (control.id, *control.aliases)
    }
    hosts = {host.name: host.settings for host in site.hosts}
    # `site` holds settings that several roles share, and no task that puts them into effect.
    tags = {folder.name for folder in content.roles().iterdir() if folder.name != "site"}
    return plan(saved.results, known.get, hosts, tags)


def _show(mend: "Mend") -> None:
    from selfhost.audit.mending import Way
    from selfhost.reports import words
    from selfhost.reports.escape import printable

    finding = mend.finding
    click.echo(f"✗ {finding.severity}  {finding.control}  ({printable(finding.target)})")
    click.echo(f"    {printable(finding.message)}")
    if mend.way is Way.ROLE:
        click.echo(f"    mended by the role {mend.tag}: the settings say so already")
    elif mend.way is Way.SETTING:
        click.echo(f"    the setting asks for it: {mend.fix.variable}: {printable(mend.now)}")
        click.echo(f"    set {words.setting(mend.fix)}, then: selfhost apply --tags {mend.tag}")
    else:
        click.echo(f"    by hand: {mend.fix.by_hand}")
