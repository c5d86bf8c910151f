"""``selfhost audit``."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from selfhost.audit.model import Report, TargetReport
    from selfhost.controls.model import Control
    from selfhost.targets.model import Target

FORMATS = ("terminal", "json")
MAX_PARALLEL = 16


@click.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option(
    "-i",
    "--inventory",
    type=click.Path(path_type=Path),
    default=Path("inventory"),
    envvar="SELFHOST_INVENTORY",
    show_default=True,
    help="The site's folder; its hosts are audited when no TARGET is given.",
)
@click.option("--kind", help="What a given file is: a name of evidence such as jicofo.config.")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="terminal", help="On standard output."
)
@click.option(
    "-o",
    "--output",
    multiple=True,
    metavar="FORMAT=FILE",
    help="Also write a report to a file. May be given more than once.",
)
@click.option("--force", is_flag=True, help="Overwrite reports and evidence that exist.")
@click.option("--save-evidence", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--select", multiple=True, metavar="ID", help="Only these controls.")
@click.option("--ignore", multiple=True, metavar="ID", help="All but these controls.")
@click.option(
    "--fail-on",
    type=click.Choice(["critical", "high", "medium", "low", "never"]),
    default="low",
    show_default=True,
    help="The severity from which a finding makes the audit fail.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show what passed, and why.")
@click.option("--timings", is_flag=True, help="Say on standard error what took how long.")
@click.pass_context
def audit(
    context: click.Context,
    targets: tuple[str, ...],
    inventory: Path,
    kind: str | None,
    form: str,
    output: tuple[str, ...],
    force: bool,
    save_evidence: Path | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str,
    verbose: bool,
    timings: bool,
) -> None:
    """Verify from evidence that nothing records, transcribes or leaks.

    TARGET is ssh://user@host:port, local, a folder, a tar, a single file or a saved evidence
    bundle; without one, the inventory's hosts. Exit codes: 0 passes, 1 findings, 2 wrong usage,
    3 inconclusive.
    """
    from selfhost.controls import registry
    from selfhost.errors import UsageError

    chosen = [registry.find(name) for name in select] or list(registry.controls())
    ignored = {registry.find(name).id for name in ignore}
    chosen = [control for control in chosen if control.id not in ignored]
    if not chosen:
        raise UsageError("No control is left to judge by.", hint="Use --select or --ignore less.")
    files = [_output(text, force) for text in output]
    if save_evidence is not None:
        _may_write(save_evidence, force)
    started = time.perf_counter()
    report = _audit(_targets(targets, inventory, kind), chosen, fail_on, save_evidence)
    if timings:
        seconds = time.perf_counter() - started
        click.echo(f"{len(chosen)} controls, {seconds:.2f} s with collection", err=True)
    if not (targets or select or ignore):
        _keep(inventory, report)
    for format_, path in files:
        path.write_text(_render(report, format_, None, False, verbose), "utf-8")
        click.echo(f"Report: {path}", err=True)
    width, colour = _terminal(context)
    click.echo(_render(report, form, width, colour, verbose), nl=False, color=colour)
    context.exit(report.exit_code)


def _targets(given: tuple[str, ...], inventory: Path, kind: str | None) -> tuple["Target", ...]:
    from selfhost.targets.parse import from_site, parse_target

    if given:
        return tuple(parse_target(text, kind=kind) for text in given)
    from selfhost.settings import load_site

    return from_site(load_site(inventory, need_secrets=False))


def _audit(
    targets: tuple["Target", ...],
    controls: list["Control"],
    fail_on: str,
    save_evidence: Path | None,
) -> "Report":
    from selfhost import __version__
    from selfhost.audit.model import Report
    from selfhost.controls import registry
    from selfhost.controls.model import Severity
    from selfhost.errors import UsageError

    if save_evidence is not None and len(targets) != 1:
        raise UsageError("--save-evidence takes the evidence of one target.")

    def one(target: "Target") -> "TargetReport":
        return _audit_one(target, controls, save_evidence)

    with ThreadPoolExecutor(min(MAX_PARALLEL, len(targets))) as pool:
        reports = tuple(pool.map(one, targets))
    return Report(
        targets=reports,
        fail_on=None if fail_on == "never" else Severity(fail_on),
        version=__version__,
        controls=len(controls),
        controls_digest=registry.digest(),
    )


def _audit_one(
    target: "Target", controls: list["Control"], save_evidence: Path | None
) -> "TargetReport":
    from selfhost.audit.evaluate import evaluate
    from selfhost.audit.model import TargetReport
    from selfhost.errors import TargetError

    try:
        evidence = target.collect()
    except TargetError as error:
        why = "; ".join(text for text in (error.message.rstrip("."), error.hint) if text)
        return TargetReport(target.name, "", (), (), (), unreachable=why)
    if save_evidence is not None:
        from selfhost.evidence.bundle import write_bundle

        write_bundle(evidence, save_evidence)
        click.echo(f"Evidence: {save_evidence}", err=True)
    return evaluate(evidence, controls)


def _output(text: str, force: bool) -> tuple[str, Path]:
    from selfhost.errors import UsageError

    form, equals, name = text.partition("=")
    if not equals or form not in FORMATS or not name:
        raise UsageError(
            f"--output {text!r} is not FORMAT=FILE.", hint=f"FORMAT is one of {', '.join(FORMATS)}."
        )
    path = Path(name)
    _may_write(path, force)
    return form, path


def _may_write(path: Path, force: bool) -> None:
    from selfhost.errors import UsageError

    if path.exists() and not force:
        raise UsageError(f"{path} exists.", hint="Give another name, or --force to overwrite it.")
    if not path.parent.is_dir():
        raise UsageError(f"The folder {path.parent} does not exist.")


def _render(report: "Report", form: str, width: int | None, colour: bool, verbose: bool) -> str:
    if form == "json":
        from selfhost.reports import json

        return json.render(report)
    from selfhost.reports import terminal

    return terminal.render(report, width=width, colour=colour, verbose=verbose)


def _keep(inventory: Path, report: "Report") -> None:
    """For selfhost status, which tells when the site was last audited."""
    from selfhost.health import kept_audit
    from selfhost.reports import json

    if not kept_audit.keep(inventory, json.render(report)):
        click.echo(f"The audit could not be kept in {inventory}.", err=True)


def _terminal(context: click.Context) -> tuple[int | None, bool]:
    """The width to wrap to and whether to colour; ``None`` and no colour in a pipe."""
    import shutil

    tty = sys.stdout.isatty()
    width = min(shutil.get_terminal_size().columns, 110) if tty else None
    return width, context.color if context.color is not None else tty
