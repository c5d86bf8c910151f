"""What closes a backup, and the passphrase that opens one, or the key that signs: given, from
the settings, or from the terminal. Never from the command line.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from selfhost.backup.envelope import Lock


def lock(
    settings: Mapping[str, Any], passphrase_file: Path | None, recipients: tuple[str, ...]
) -> "Lock":
    """What a new backup is closed with: what is given, else what the settings name, else a
    passphrase that is asked for twice.

    Raises UsageError when both ways are given, or none and there is no terminal.
    """
    from selfhost.backup.envelope import Lock
    from selfhost.errors import UsageError

    if passphrase_file is None and not recipients:
        recipients = tuple(str(key) for key in settings.get("site_backup_recipients") or ())
        named = str(settings.get("site_backup_passphrase_file") or "")
        passphrase_file = Path(named).expanduser() if named else None
    if recipients and passphrase_file:
        raise UsageError("give a passphrase or a recipient, not both")
    if recipients:
        return Lock(recipients=recipients)
    return Lock(
        _from(
            passphrase_file,
            confirm=True,
            otherwise="name a file with it (mode 0600) with --passphrase-file, or a public key "
            "with --recipient; for every time: site_backup_recipients or "
            "site_backup_passphrase_file in settings.yml",
        )
    )


def for_restore(file: Path | None) -> str:
    """The passphrase to decrypt with. Raises UsageError without file and terminal."""
    return _from(
        file, confirm=False, otherwise="name a file with it (mode 0600) with --passphrase-file"
    )


def for_key(file: Path | None, *, confirm: bool = False) -> str:
    """Of the key that signs statements. Raises UsageError without file and terminal."""
    return _from(
        file,
        confirm=confirm,
        otherwise="name a file with it (mode 0600) with --passphrase-file",
        what="the key",
    )


def _from(file: Path | None, *, confirm: bool, otherwise: str, what: str = "a backup") -> str:
    from selfhost.backup.envelope import checked_passphrase, read_passphrase
    from selfhost.errors import UsageError

    if file is not None:
        return read_passphrase(file)
    if not sys.stdin.isatty():
        raise UsageError(
            f"{what} needs a passphrase, and there is no terminal to ask at", hint=otherwise
        )
    text: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm, err=True)
    return checked_passphrase(text, "the passphrase")
