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

ports_option: _Decorator = click.option(
    "--ports",
    is_flag=True,
    help="With https://HOST: also try the TCP ports of Jitsi's programs there.",
)

active_option: _Decorator = click.option(
    "--active",
    is_flag=True,
    help="On a running server: have the services' accounts try to send to addresses of nobody, and "
    "judge whether the packet filter refuses it.",
)


def browser_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What a real browser does at a server that is looked at from outside."""
    for option in (
        click.option("--room", metavar="NAME", help="With --browser: a room that is open there."),
        click.option(
            "--links", is_flag=True, help="With --browser: also what hostile meeting links can do."
        ),
        click.option(
            "--browser",
            is_flag=True,
            help="With https://HOST: open pages and a room in headless Chromium, and judge what it "
            "contacts, stores and asks for.",
        ),
    ):
        command = option(command)
    return command


vault_option: _Decorator = click.option(
    "--vault-password-file",
    type=click.Path(path_type=Path),
    help="File with the password of ansible-vault (also ANSIBLE_VAULT_PASSWORD_FILE).",
)

profile_option: _Decorator = click.option(
    "--profile",
    "profile_name",
    default="private",
    show_default=True,
    metavar="NAME",
    help="What is asked for: private, strict, internal-recording-with-consent.",
)

force_option: _Decorator = click.option(
    "--force", is_flag=True, help="Overwrite a file that exists."
)


def form_option(*forms: str, help: str | None = None) -> _Decorator:
    """In which form standard output is; the first by default."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(forms),
        default=forms[0],
        show_default=True,
        help=help,
    )


def file_option(*names: str, help: str, metavar: str = "FILE") -> _Decorator:
    """A file (or folder) by its name; whether it is there, the command finds out."""
    return click.option(*names, type=click.Path(path_type=Path), metavar=metavar, help=help)


def server_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """How a new server is logged in to, and where participants find it."""
    for option in (
        click.option("--private-address", help="The server's own address behind NAT."),
        click.option("--public-address", help="Where participants reach it, if not at --host."),
        click.option(
            "--identity-file",
            type=click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path),
            help="Private key to log in with; by default the agent's and those in ~/.ssh.",
        ),
        click.option("--port", type=click.IntRange(1, 65535), default=22, show_default=True),
        click.option("--user", default="root", show_default=True, help="Whom to log in as."),
    ):
        command = option(command)
    return command


output_option: _Decorator = file_option(
    "-o", "--output", help="Where to write it; standard output by default."
)
