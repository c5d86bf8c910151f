"""``selfhost lab``: disposable servers in containers."""

import os
import sys
import time
from typing import TYPE_CHECKING, NoReturn

import click

from selfhost.lab.packages import CHOICES

if TYPE_CHECKING:
    from selfhost.lab import LabServer

_PASS_ON = {"ignore_unknown_options": True, "allow_interspersed_args": False}


def _say(text: str) -> None:
    click.echo(f"==> {text}", err=True)


def _line(server: "LabServer") -> str:
    """One server in a line: where, as what, and whose packages."""
    where = f"ssh://{server.user}@{server.ssh_host}:{server.ssh_port}"
    words = [server.name, server.release, where, server.hostname, f"packages: {server.packages}"]
    ports = (server.ports or {}).items()
    words += [f"{inside}: {server.ssh_host}:{port}" for inside, port in ports]
    return "  ".join(words)


def _become(command: list[str]) -> NoReturn:
    """Go on as another program: the user's terminal, signals and exit code are its own."""
    from selfhost.errors import LabError

    sys.stdout.flush()
    try:
        os.execvp(command[0], command)  # noqa: S606 - no shell
    except OSError as error:
        raise LabError(
            f"{command[0]} does not start: {error.strerror}.",
            hint=f"apt-get install {'openssh-client' if command[0] == 'ssh' else command[0]}",
        ) from None


def _without_dashes(command: tuple[str, ...]) -> tuple[str, ...]:
    """``NAME -- COMMAND``: what follows is the command, the dashes are not."""
    return command[1:] if command[:1] == ("--",) else command


@click.group()
def lab() -> None:
    """Disposable servers in containers, for tests and demonstrations.

    A server boots systemd and sshd as a bare VPS does. It is reached on 127.0.0.1 only; what a
    lab makes bears its label, and nothing else is ever touched. SELFHOST_LAB_DIR names the folder
    of another lab.
    """


@lab.command()
@click.argument("name", default="demo")
@click.option("--release", default="bookworm", show_default=True, help="bookworm or trixie.")
@click.option(
    "--packages",
    default="auto",
    show_default=True,
    type=click.Choice(CHOICES),
    help="Whose packages it gets; auto: Jitsi's own where its repository can be reached.",
)
@click.option("--hostname", default="meet.example.test", show_default=True)
@click.option("--memory", default="", metavar="SIZE", help="A limit, such as 2g.")
@click.option("--sandboxes", is_flag=True, help="Let systemd shut its services in.")
@click.option(
    "--publish",
    multiple=True,
    metavar="[HERE:]PORT[/udp]",
    help="Publish a port on 127.0.0.1; may be given several times.",
)
def up(
    name: str,
    release: str,
    packages: str,
    hostname: str,
    memory: str,
    sandboxes: bool,
    publish: tuple[str, ...],
) -> None:
    """Start a bare server (NAME: demo)."""
    from selfhost import lab as api

    started = time.perf_counter()
    server = api.up(
        name,
        release=release,
        packages=packages,
        hostname=hostname,
        memory=memory,
        sandboxes=sandboxes,
        publish=publish,
        progress=_say,
    )
    _say(f"{server.name} is up, in {time.perf_counter() - started:.1f} s")
    click.echo(_line(server))


@lab.command("list")
def list_() -> None:
    """List the lab's servers and their snapshots."""
    from selfhost import lab as api

    for server in api.list_servers():
        labels = api.snapshots(server.name)
        state = "" if api.is_running(server) else "  (stands still)"
        click.echo(_line(server) + state)
        if labels:
            click.echo(f"    snapshots: {', '.join(labels)}")


@lab.command(context_settings=_PASS_ON)
@click.argument("name")
@click.argument("command", nargs=-1)
def ssh(name: str, command: tuple[str, ...]) -> None:
    """Log in to NAME, or run a COMMAND there through sshd."""
    from selfhost import lab as api

    _become([*api.ssh_command(api.get(name)), *_without_dashes(command)])


@lab.command("exec", context_settings=_PASS_ON)
@click.argument("name")
@click.argument("command", nargs=-1, required=True)
def exec_(name: str, command: tuple[str, ...]) -> None:
    """Run a COMMAND as root inside NAME."""
    from selfhost import lab as api

    server, words = api.get(name), _without_dashes(command)
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    _become(api.exec_command(server, words, terminal=terminal))


@lab.command()
@click.argument("name")
@click.argument("label", metavar="SNAPSHOT")
def snapshot(name: str, label: str) -> None:
    """Keep NAME's file system as it is now under the name SNAPSHOT."""
    from selfhost import lab as api

    api.snapshot(name, label, progress=_say)
    _say(f"{name}: packages: {api.get(name).packages}; `selfhost lab reset {name} --to {label}`")


@lab.command()
@click.argument("name")
@click.option("--to", "label", default="", metavar="SNAPSHOT", help="Default: the bare server.")
def reset(name: str, label: str) -> None:
    """Go back to a snapshot of NAME, or to the bare server."""
    from selfhost import lab as api

    started = time.perf_counter()
    server = api.reset(name, label, progress=_say)
    _say(f"{name} is up, in {time.perf_counter() - started:.1f} s")
    click.echo(_line(server))


@lab.command()
@click.argument("name", required=False)
@click.option("--all", "every", is_flag=True, help="Every server of the lab.")
def down(name: str | None, every: bool) -> None:
    """Remove NAME and its snapshots; images and downloads are kept."""
    from selfhost import lab as api
    from selfhost.errors import UsageError

    if every == (name is not None):
        raise UsageError("Name a server, or give --all.")
    for gone in [server.name for server in api.list_servers()] if every else [str(name)]:
        packages = api.get(gone).packages
        api.down(gone, progress=_say)
        _say(f"removed {gone} (packages: {packages})")


@lab.command()
@click.argument("name")
@click.option(
    "-i",
    "--inventory",
    required=True,
    type=click.Path(exists=True, file_okay=False),
    help="The inventory that provisioned the server.",
)
@click.option("--control", "wanted", multiple=True, metavar="ID", help="Only switches of these.")
@click.pass_context
def matrix(context: click.Context, name: str, inventory: str, wanted: tuple[str, ...]) -> None:
    """Switch every forbidden thing on by hand, one after the other, and audit each.

    The server is a provisioned one, clean before and after. Prints the table; exit code 1 when
    something was not caught by exactly its control.
    """
    import subprocess

    from selfhost.errors import UsageError
    from selfhost.lab import matrix as api
    from selfhost.lab.switches import SWITCHES

    if missing := set(wanted) - {switch.control for switch in SWITCHES}:
        raise UsageError(f"No switch is for {sorted(missing)[0]!r}.")
    chosen = [switch for switch in SWITCHES if not wanted or switch.control in wanted]

    def audit() -> dict[str, object]:
        command = [sys.executable, "-m", "selfhost", "audit", "-i", inventory, "--format", "json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return api.parsed(done.stdout)

    rows = []
    for row in api.matrix(name, audit, chosen):
        rows.append(row)
        _say(f"{len(rows)} of {len(chosen)}: {row.switch.what}")
    click.echo(api.table(rows))
    context.exit(0 if all(row.exactly for row in rows) else 1)


@lab.command()
def clean() -> None:
    """Remove all that the lab made: servers, images, networks, downloads."""
    from selfhost import lab as api

    api.clean(progress=_say)
