"""Where a backup's passphrase comes from: a file, or the terminal. Never the command line."""

import sys
from pathlib import Path

import click


def for_backup(file: Path | None) -> str:
    """The passphrase to encrypt with; asked twice. Raises UsageError without file and terminal."""
    return _from(file, confirm=True)


def for_restore(file: Path | None) -> str:
    """The passphrase to decrypt with."""
    return _from(file, confirm=False)


def _from(file: Path | None, *, confirm: bool) -> str:
    from selfhost.backup.envelope import checked_passphrase, read_passphrase
    from selfhost.errors import UsageError

    if file is not None:
        return read_passphrase(file)
    if not sys.stdin.isatty():
        raise UsageError(
            "a backup needs a passphrase, and there is no terminal to ask at",
            hint="name a file with it (mode 0600) with --passphrase-file",
        )
    text: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm, err=True)
    return checked_passphrase(text, "the passphrase")
