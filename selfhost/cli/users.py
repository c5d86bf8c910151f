"""``selfhost users``: the people who may open rooms, where accounts are on the server."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from selfhost.cli.options import form_option, inventory_option, vault_option
from selfhost.errors import UsageError

if TYPE_CHECKING:
    from selfhost.settings.site import Site


@click.group()
def users() -> None:
    """The people who may open rooms (with site_authentication: internal)."""


def _password_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--generate", is_flag=True, help="Make a password, and show it once."),
        click.option("--password-stdin", is_flag=True, help="Read it from standard input."),
    ):
        command = option(command)
    return command


@users.command("list")
@inventory_option
@vault_option
@form_option("terminal", "json")
def list_users(inventory: Path, vault_password_file: Path | None, form: str) -> None:
    """Show the accounts."""
    from selfhost.provision.users import Action, order

    found = order(_site(inventory, vault_password_file), Action.LIST)
    if form == "json":
        rows = [{"name": user.name, "changed": user.changed} for user in found]
        click.echo(json.dumps({"schema": "selfhost.users/1", "users": rows}, indent=2))
        return
    width = max((len(user.name) for user in found), default=0)
    for user in found:
        click.echo(f"{user.name:<{width}}  {user.changed}")
    if not found:
        click.echo("nobody has an account yet: selfhost users add NAME", err=True)


@users.command()
@click.argument("name")
@inventory_option
@vault_option
@_password_options
def add(
    name: str,
    inventory: Path,
    vault_password_file: Path | None,
    generate: bool,
    password_stdin: bool,
) -> None:
    """Give NAME an account. The password is asked for, read or made, never an argument."""
    _set("add", name, _site(inventory, vault_password_file), generate, password_stdin)


@users.command()
@click.argument("name")
@inventory_option
@vault_option
@_password_options
def reset(
    name: str,
    inventory: Path,
    vault_password_file: Path | None,
    generate: bool,
    password_stdin: bool,
) -> None:
    """Give NAME another password. Whoever is logged in with the old one is put out."""
    _set("reset", name, _site(inventory, vault_password_file), generate, password_stdin)


@users.command()
@click.argument("name")
@inventory_option
@vault_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(name: str, inventory: Path, vault_password_file: Path | None, yes: bool) -> None:
    """Remove NAME's account, sessions and data."""
    from selfhost.provision.users import Action, checked_name, order

    site = _site(inventory, vault_password_file)
    name = checked_name(name, site.domain)
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError(f"not sure whether to remove {name}", hint="say so with --yes")
        click.confirm(f"Remove {name}@{site.domain}?", abort=True, err=True)
    order(site, Action.REMOVE, name)
    click.echo(f"removed {name}@{site.domain}", err=True)


def _site(inventory: Path, vault_password_file: Path | None) -> "Site":
    from selfhost.settings.site import load_site

    return load_site(inventory, vault_password_file, need_secrets=False)


def _set(action: str, name: str, site: "Site", generate: bool, from_stdin: bool) -> None:
    from selfhost.provision import users as accounts

    name = accounts.checked_name(name, site.domain)
    if generate and from_stdin:
        raise UsageError("--generate and --password-stdin exclude each other")
    if generate:
        password = accounts.generated_password()
    elif from_stdin:
        password = accounts.checked_password(sys.stdin.readline().rstrip("\r\n"))
    elif sys.stdin.isatty():
        asked = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        password = accounts.checked_password(asked)
    else:
        raise UsageError(
            "no password was given", hint="use --generate, or --password-stdin with one line"
        )
    accounts.order(site, accounts.Action(action), name, password)
    done = "added" if action == "add" else "gave another password to"
    click.echo(f"{done} {name}@{site.domain}", err=True)
    if generate:
        click.echo(password)
