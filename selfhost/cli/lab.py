"""``selfhost lab``: disposable servers in containers."""

import os
import sys
import time

import click


def _say(text: str) -> None:
    click.echo(f"==> {text}", err=True)


@click.group()
def lab() -> None:
    """Disposable servers in containers, for tests and demonstrations."""


@lab.command()
@click.argument("name", default="demo")
@click.option("--release", default="bookworm", show_default=True, help="bookworm or trixie.")
@click.option("--packages", default="auto", show_default=True, help="jitsi, stand-in or auto.")
@click.option("--hostname", default="meet.example.test", show_default=True)
@click.option("--publish", multiple=True, metavar="PORT/PROTOCOL", help="On 127.0.0.1 only.")
def up(name: str, release: str, packages: str, hostname: str, publish: tuple[str, ...]) -> None:
    """Start a bare server."""
    from selfhost import lab as api

    started = time.perf_counter()
    server = api.up(
        name,
        release=release,
        packages_from=packages,
        hostname=hostname,
        publish=publish,
        progress=_say,
    )
    _say(f"up in {time.perf_counter() - started:.1f} s")
    click.echo(_line(server))


def _line(server: object) -> str:
    from selfhost.lab import LabServer

    assert isinstance(server, LabServer)  # noqa: S101 - keeps the import lazy
    where = f"ssh://{server.user}@{server.ssh_host}:{server.ssh_port}"
    return (
        f"{server.name}  {server.release}  {where}  {server.hostname}  packages: {server.packages}"
    )


@lab.command("list")
def list_() -> None:
    """List the lab's servers."""
    from selfhost import lab as api

    for server in api.list_servers():
        click.echo(_line(server))


@lab.command(context_settings={"ignore_unknown_options": True})
@click.argument("name")
@click.argument("command", nargs=-1)
def ssh(name: str, command: tuple[str, ...]) -> None:
    """Log in, or run a command through sshd."""
    from selfhost import lab as api

    line = [*api.ssh_command(api.get(name)), *command]
    sys.stdout.flush()
    os.execvp(line[0], line)  # noqa: S606 - the user's own terminal goes on in ssh


@lab.command("exec", context_settings={"ignore_unknown_options": True})
@click.argument("name")
@click.argument("command", nargs=-1, required=True)
@click.pass_context
def exec_(context: click.Context, name: str, command: tuple[str, ...]) -> None:
    """Run a command as root inside."""
    from selfhost import lab as api

    done = api.run(name, command)
    click.echo(done.stdout, nl=False)
    click.echo(done.stderr, nl=False, err=True)
    context.exit(done.returncode)


@lab.command()
@click.argument("name")
@click.argument("label")
def snapshot(name: str, label: str) -> None:
    """Keep a server's state under a name."""
    from selfhost import lab as api

    api.snapshot(name, label)


@lab.command()
@click.argument("name")
@click.option("--to", "label", default="", help="A snapshot; without it, the bare image.")
def reset(name: str, label: str) -> None:
    """Go back to a snapshot, or to the bare server."""
    from selfhost import lab as api

    click.echo(_line(api.reset(name, label)))


@lab.command()
@click.argument("name", required=False)
@click.option("--all", "every", is_flag=True)
def down(name: str | None, every: bool) -> None:
    """Remove a server."""
    from selfhost import lab as api
    from selfhost.errors import UsageError

    if every == (name is not None):
        raise UsageError("Name a server, or give --all.")
    for gone in [s.name for s in api.list_servers()] if every else [str(name)]:
        api.down(gone)


@lab.command()
def clean() -> None:
    """Remove everything that the lab made."""
    from selfhost import lab as api

    api.clean(progress=_say)
