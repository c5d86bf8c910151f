"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

_Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

inventory_option: _Decorator = click.option(
    "-i",
    "--inventory",
    type=click.Path(path_type=Path),
    default=Path("inventory"),
    show_default=True,
    envvar="SELFHOST_INVENTORY",
    show_envvar=True,
    help="The inventory directory.",
)

vault_option: _Decorator = click.option(
    "--vault-password-file",
    type=click.Path(path_type=Path),
    help="File with the password of ansible-vault (also ANSIBLE_VAULT_PASSWORD_FILE).",
)
