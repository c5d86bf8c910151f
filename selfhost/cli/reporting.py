"""Where a report goes: standard output and files, in any format."""

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from selfhost.reports import FORMATS

if TYPE_CHECKING:
    from selfhost.audit.model import Report
    from selfhost.history.model import Entry

_ENDINGS = {
    ".html": "html",
    ".htm": "html",
    ".json": "json",
    ".sarif": "sarif",
    ".xml": "junit",
    ".md": "markdown",
    ".txt": "terminal",
}
_Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

format_option: _Decorator = click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="terminal",
    show_default=True,
    help="On standard output.",
)
output_option: _Decorator = click.option(
    "-o",
    "--output",
    multiple=True,
    metavar="FORMAT=FILE",
    help="Also write a report to a file. May be given more than once.",
)
fail_on_option: _Decorator = click.option(
    "--fail-on",
    type=click.Choice(["critical", "high", "medium", "low", "never"]),
    default="low",
    show_default=True,
    help="The severity from which a finding makes the audit fail.",
)


def outputs(given: tuple[str, ...], force: bool) -> list[tuple[str, Path]]:
    """Formats and files. Raises UsageError for one that cannot be written, before any work."""
    return [_output(text, force) for text in given]


def _output(text: str, force: bool) -> tuple[str, Path]:
    from selfhost.errors import UsageError

    form, equals, name = text.partition("=")
    if not equals or form not in FORMATS or not name:
        raise UsageError(f"--output {text!r} is not FORMAT=FILE", hint=_meant(text))
    path = Path(name)
    may_write(path, force)
    return form, path


def _meant(text: str) -> str:
    """What to write instead of it: the format is often in the file's name."""
    form = _ENDINGS.get(Path(text).suffix.lower())
    if form and "=" not in text:
        return f"-o {form}={text}"
    return f"FORMAT is one of {', '.join(FORMATS)}, as in -o html=report.html"


def may_write(path: Path, force: bool) -> None:
    """Raises UsageError when the file is there already, or its folder is not."""
    from selfhost.errors import UsageError

    if path.exists() and not force:
        raise UsageError(f"{path} exists.", hint="Give another name, or --force to overwrite it.")
    if not path.parent.is_dir():
        raise UsageError(f"The folder {path.parent} does not exist.")


def show(
    context: click.Context,
    report: "Report",
    form: str,
    files: list[tuple[str, Path]],
    verbose: bool,
    history: "Sequence[Entry]" = (),
) -> None:
    """Write the files, then the report to standard output. ``history``: the site's audits, this
    one last, where they are known."""
    from selfhost.reports import formats, terminal

    for format_, path in files:
        put(path, (piece.encode() for piece in formats.pieces(report, format_, history)))
    if form == "terminal":
        width, colour = terminal_width_and_colour(context)
        text = terminal.render(report, width=width, colour=colour, verbose=verbose)
        click.echo(text, nl=False, color=colour)
    else:
        sys.stdout.writelines(formats.pieces(report, form, history))
        sys.stdout.flush()


def put(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a report to a file, and say so. Raises UsageError; an older one is still there then."""
    from selfhost import whole_file
    from selfhost.errors import UsageError

    try:
        if path.exists() and not path.is_file():  # a device or a pipe
            with path.open("wb") as stream:
                stream.writelines(pieces)
        else:
            whole_file.put(path.resolve(), pieces, _mode(path))
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    click.echo(f"Report: {path}", err=True)


def _mode(path: Path) -> int:
    """Who may read it: as before, or as with any new file."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


def terminal_width_and_colour(context: click.Context) -> tuple[int | None, bool]:
    """The width to wrap to and whether to colour; ``None`` and no colour in a pipe."""
    tty = sys.stdout.isatty()
    width = min(shutil.get_terminal_size().columns, 110) if tty else None
    return width, context.color if context.color is not None else tty
