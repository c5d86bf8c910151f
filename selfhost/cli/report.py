"""``selfhost report``: an audit that was made, shown again."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfhost.cli import reporting
from selfhost.cli.options import inventory_option
from selfhost.reports import FORMATS

if TYPE_CHECKING:
    from selfhost.audit.model import Report
    from selfhost.history.model import Entry


@click.command()
@click.argument("audit", default="latest", metavar="[AUDIT]")
@inventory_option
@click.option(
    "--format",
    "form",
    type=click.Choice((*FORMATS, "pdf")),
    default="html",
    show_default=True,
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to write it; standard output by default.",
)
@click.option(
    "--pdf",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The same as --format pdf --output FILE.",
)
@click.option("--force", is_flag=True, help="Overwrite a file that exists.")
def report(
    audit: str, inventory: Path, form: str, output: Path | None, pdf: Path | None, force: bool
) -> None:
    """Show an audit again in another format, without auditing again.

    AUDIT is a JSON report, or an audit of the inventory's history: latest, previous, a number of
    selfhost history, or a day. The HTML page of an audit of the history has charts of those before
    it. A PDF is printed by Chromium.
    """
    from selfhost.errors import UsageError
    from selfhost.reports import formats

    if pdf is not None:
        if output is not None:
            raise UsageError("--pdf and --output name two files", hint="give one of them")
        form, output = "pdf", pdf
    if output is not None:
        reporting.may_write(output, force)
    elif form == "pdf":
        raise UsageError("a PDF goes into a file", hint="give --pdf FILE")
    found, history = _found(audit, inventory)
    if output is not None and form == "pdf":
        from selfhost.browser import printing
        from selfhost.cli.browsing import ending_browsers

        with ending_browsers(True):
            printed = printing.pdf(formats.render(found, "html", history))
        reporting.put(output, (printed,))
    elif output is not None:
        pieces = formats.pieces(found, form, history)
        reporting.put(output, (piece.encode() for piece in pieces))
    else:
        sys.stdout.writelines(formats.pieces(found, form, history))
        sys.stdout.flush()


def _found(given: str, inventory: Path) -> tuple["Report", Sequence["Entry"]]:
    """The audit, and those up to it. A file of that name wins over the history."""
    from selfhost.history import store
    from selfhost.history.model import choose
    from selfhost.reports import read_back
    from selfhost.runners import judging

    path = Path(given)
    if path.suffix == ".json" or path.exists():
        return read_back.report(judging.report_text(path), str(path)), ()
    entries = store.entries(inventory)
    entry = choose(given, entries)
    upto = entries[: entries.index(entry) + 1]
    return read_back.report(store.report(inventory, entry), f"audit {entry.id}"), upto
