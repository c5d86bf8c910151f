"""``selfhost report``: an audit that was made, shown again."""

import sys
from pathlib import Path

import click

from selfhost.cli import reporting
from selfhost.cli.chosen_audit import audit_argument, chosen
from selfhost.cli.options import file_option, force_option, inventory_option, output_option
from selfhost.reports import FORMATS


@click.command()
@audit_argument
@inventory_option
@click.option(
    "--format",
    "form",
    type=click.Choice((*FORMATS, "pdf")),
    default="html",
    show_default=True,
)
@output_option
@file_option("--pdf", help="The same as --format pdf --output FILE.")
@force_option
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
    found = chosen(audit, inventory)
    if output is not None and form == "pdf":
        from selfhost.browser import printing
        from selfhost.cli.browsing import ending_browsers

        with ending_browsers(True):
            printed = printing.pdf(formats.render(found.report, "html", found.upto))
        reporting.put(output, (printed,))
    elif output is not None:
        pieces = formats.pieces(found.report, form, found.upto)
        reporting.put(output, (piece.encode() for piece in pieces))
    else:
        sys.stdout.writelines(formats.pieces(found.report, form, found.upto))
        sys.stdout.flush()
