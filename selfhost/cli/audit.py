"""``selfhost audit``."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfhost.cli import reporting
from selfhost.cli.acting import with_tries
from selfhost.cli.browsing import ending_browsers, with_browser
from selfhost.cli.options import (
    active_option,
    browser_options,
    file_option,
    inventory_option,
    ports_option,
    profile_option,
)

if TYPE_CHECKING:
    from selfhost.audit.model import Report, TargetReport
    from selfhost.controls.model import Control
    from selfhost.evidence.model import Evidence
    from selfhost.history.model import Entry
    from selfhost.targets.model import Target


@click.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@inventory_option
@click.option("--kind", help="What a given file is: a name of evidence such as jicofo.config.")
@ports_option
@active_option
@browser_options
@reporting.format_option
@reporting.output_option
@click.option("--force", is_flag=True, help="Overwrite reports and evidence that exist.")
@click.option("--save-evidence", type=click.Path(path_type=Path), metavar="FILE")
@profile_option
@click.option("--select", multiple=True, metavar="ID", help="Only these controls.")
@click.option("--ignore", multiple=True, metavar="ID", help="All but these controls.")
@file_option(
    "--waivers",
    "waivers_file",
    help="Findings that somebody answers for; by default the inventory's waivers.yml.",
)
@file_option(
    "--baseline",
    "baseline_file",
    help="An earlier JSON report: show what is new, worse, fixed.",
    metavar="FILE.json",
)
@click.option("--fail-on-new", is_flag=True, help="Fail only on what got worse since --baseline.")
@reporting.fail_on_option
@click.option(
    "--no-history", is_flag=True, help="Do not add this audit to the inventory's history."
)
@click.option("-v", "--verbose", is_flag=True, help="Show what passed, and why.")
@click.option("--timings", is_flag=True, help="Say on standard error what took how long.")
@click.pass_context
def audit(
    context: click.Context,
    targets: tuple[str, ...],
    inventory: Path,
    kind: str | None,
    ports: bool,
    active: bool,
    browser: bool,
    links: bool,
    room: str | None,
    form: str,
    output: tuple[str, ...],
    force: bool,
    save_evidence: Path | None,
    profile_name: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    waivers_file: Path | None,
    baseline_file: Path | None,
    fail_on_new: bool,
    fail_on: str,
    no_history: bool,
    verbose: bool,
    timings: bool,
) -> None:
    """Verify from evidence that nothing records, transcribes or leaks.

    TARGET is ssh://user@host:port, local, a folder, a tar (also a saved container image), a single
    file or a saved evidence bundle; podman:NAME or docker:NAME for a running container,
    compose:PROJECT for all of a Compose project; https://HOST for what can be seen from outside;
    without one, the inventory's hosts.
    Exit codes: 0 passes, 1 findings, 2 wrong usage, 3 inconclusive.
    """
    from selfhost.audit.policy import decide
    from selfhost.errors import UsageError
    from selfhost.runners import judging

    if fail_on_new and baseline_file is None:
        raise UsageError("--fail-on-new needs a --baseline.", hint="It says new since when.")
    today = datetime.now(UTC).date()
    profile = judging.profile(profile_name)
    # A wrong name is told before a server is touched.
    named = judging.controls(profile, select, ignore) if select or ignore else None
    own_waivers = inventory / judging.WAIVERS if not targets else None
    waivers = judging.waivers(profile, waivers_file, own_waivers, today)
    baseline = judging.saved(baseline_file) if baseline_file else None
    files = reporting.outputs(output, force)
    if save_evidence is not None:
        reporting.may_write(save_evidence, force)
    started = time.perf_counter()
    given = with_browser(_targets(targets, inventory, kind, ports), browser, links, room)
    given = with_tries(given, active)
    with ending_browsers(browser):
        report = _audit(given, lambda: named or judging.controls(profile), fail_on, save_evidence)
    report = decide(report, profile, waivers, today, baseline, fail_on_new)
    if timings:
        seconds = time.perf_counter() - started
        click.echo(f"{report.controls} controls, {seconds:.2f} s with collection", err=True)
    kept: Sequence[Entry] = ()
    if not (targets or select or ignore):
        charts = "html" in (form, *(name for name, _ in files))
        kept = _keep(inventory, report, history=not no_history, told=charts)
    reporting.show(context, report, form, files, verbose, kept)
    context.exit(report.exit_code)


def _targets(
    given: tuple[str, ...], inventory: Path, kind: str | None, ports: bool
) -> tuple["Target", ...]:
    from selfhost.targets.parse import from_site, parse_target

    if given:
        return tuple(parse_target(text, kind=kind, ports=ports) for text in given)
    from selfhost.settings import load_site

    return from_site(load_site(inventory, need_secrets=False))


def _audit(
    targets: tuple["Target", ...],
    controls: Callable[[], list["Control"]],
    fail_on: str,
    save_evidence: Path | None,
) -> "Report":
    from selfhost.errors import UsageError
    from selfhost.runners import judging, side_by_side

    if save_evidence is not None and len(targets) != 1:
        raise UsageError("--save-evidence takes the evidence of one target.")

    def collected(evidence: "Evidence") -> None:
        if save_evidence is not None:
            from selfhost.evidence.bundle import write_bundle

            write_bundle(evidence, save_evidence)
            click.echo(f"Evidence: {save_evidence}", err=True)

    def judged(audited: "TargetReport") -> None:
        if len(targets) > 1:
            done.append(audited.target)
            click.echo(_progress(len(done), len(targets), audited), err=True)

    done: list[str] = []
    reports = side_by_side.audit(targets, controls, collected, judged)
    return judging.report(reports, controls(), fail_on)


def _progress(done: int, all_of_them: int, audited: "TargetReport") -> str:
    from selfhost.controls.model import Status
    from selfhost.reports.escape import printable

    failed = sum(result.status is Status.FAIL for result in audited.results)
    said = "could not be reached" if audited.unreachable else f"{failed} findings"
    return f"{done}/{all_of_them} {printable(audited.target)}: {said}"


def _keep(inventory: Path, report: "Report", *, history: bool, told: bool) -> "Sequence[Entry]":
    """For selfhost status and selfhost history, whose audits are given back where they are to be
    ``told``. An audit that cannot be kept is valid still."""
    from selfhost.errors import UsageError
    from selfhost.health import kept_audit
    from selfhost.history import store
    from selfhost.reports import json
    from selfhost.targets.model import now

    if not kept_audit.keep(inventory, json.pieces(report)):
        click.echo(f"The audit could not be kept in {inventory}.", err=True)
    if history:
        try:
            store.add(inventory, report, now())
            return store.entries(inventory) if told else ()
        except UsageError as error:
            click.echo(f"The audit is not in the history: {error.message}.", err=True)
    return ()
