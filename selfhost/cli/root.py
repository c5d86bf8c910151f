"""The ``selfhost`` command: its subcommands, loaded on use, and how every failure is told."""

import difflib
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import NamedTuple

import click

from selfhost import __version__
from selfhost.cli.session import Session
from selfhost.errors import SelfhostError
from selfhost.exitcodes import ExitCode

_BROKEN_PIPE = 128 + 13  # what a shell shows for a program ended by SIGPIPE


class Entry(NamedTuple):
    """A subcommand: where it is, and its line in the help (so that the help imports nothing)."""

    module: str
    attribute: str
    help: str
    hidden: bool = False


COMMANDS = {
    "init": Entry("selfhost.cli.init", "init", "Write the settings of a new server."),
    "secrets": Entry("selfhost.cli.secrets", "secrets", "Add those that an older inventory lacks."),
    "check": Entry("selfhost.cli.check", "check", "Look whether the server is ready for apply."),
    "apply": Entry("selfhost.cli.apply", "apply", "Provision the server with Ansible."),
    "users": Entry("selfhost.cli.users", "users", "The people who may open rooms."),
    "bridge": Entry("selfhost.cli.bridge", "bridge", "Add, drain and remove video bridges."),
    "upgrade": Entry("selfhost.cli.upgrade", "upgrade", "Change versions, or go back."),
    "rollback": Entry("selfhost.cli.upgrade", "rollback", "Undo the last upgrade."),
    "audit": Entry("selfhost.cli.audit", "audit", "Judge a server or files from evidence."),
    "report": Entry("selfhost.cli.report", "report", "Show an audit again: page, PDF, any format."),
    "history": Entry("selfhost.cli.history", "history", "The site's audits, and what changed."),
    "diff": Entry("selfhost.cli.diff", "diff", "Compare two audits: what got worse."),
    "watch": Entry("selfhost.cli.watch", "watch", "Audit on a timer: tell only what changed."),
    "policy": Entry("selfhost.cli.policy", "policy", "What the site promises, and if it is kept."),
    "attest": Entry("selfhost.cli.attest", "attest", "Sign the last audit's result."),
    "publish": Entry("selfhost.cli.publish", "publish", "Put the page for participants online."),
    "verify": Entry("selfhost.cli.verify", "verify", "Check signed statements of a server."),
    "fix": Entry("selfhost.cli.fix", "fix", "Tell how findings are mended, and mend them."),
    "status": Entry("selfhost.cli.status", "status", "Show how the servers are."),
    "doctor": Entry("selfhost.cli.doctor", "doctor", "Find out why the site does not work."),
    "collect": Entry("selfhost.cli.collect", "collect", "Save a server's evidence to a file."),
    "backup": Entry(
        "selfhost.cli.backup", "backup", "Save the site, encrypted; look into backups."
    ),
    "restore": Entry("selfhost.cli.restore", "restore", "Make a clean server from a backup."),
    "rename": Entry("selfhost.cli.rename", "rename", "Move the server to another domain."),
    "uninstall": Entry("selfhost.cli.uninstall", "uninstall", "Take all away from the server."),
    "controls": Entry("selfhost.cli.controls", "controls", "List what the audit asks."),
    "explain": Entry("selfhost.cli.controls", "explain", "Tell all about one control."),
    "lab": Entry("selfhost.cli.lab", "lab", "Disposable servers in containers."),
    "dev": Entry("selfhost.cli.dev", "dev", "Keep the source tree in step.", hidden=True),
}


class _BrokenPipe(Exception):  # noqa: N818 - internal signal past click's own handling
    pass


class _Root(click.Group):
    """Loads a subcommand's module only when that command runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command: click.Command = getattr(importlib.import_module(entry.module), entry.attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            ctx.fail(
                f"there is no command '{args[0]}'." + (f" Did you mean {near[0]}?" if near else "")
            )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, entry.help) for name, entry in COMMANDS.items() if not entry.hidden]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # click would answer it with 1, which means "a finding" here
            raise _BrokenPipe from None


@click.group(
    cls=_Root,
    name="selfhost",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colour of the output; NO_COLOR and FORCE_COLOR are honoured.",
)
@click.option("--debug", is_flag=True, help="Show a traceback when selfhost itself fails.")
@click.version_option(__version__, prog_name="selfhost", message="%(prog)s %(version)s")
@click.pass_context
def root(ctx: click.Context, color: str, debug: bool) -> None:
    """Private Jitsi Meet servers: provision them, and prove from evidence what they do not do.

    \b
    A new server:  selfhost init meet.example.org --host ADDRESS
                   selfhost check
                   selfhost apply
                   selfhost audit
    """
    session = ctx.ensure_object(Session)
    session.debug, session.color = debug, color
    ctx.color = {"always": True, "never": False}.get(color)
    if ctx.color is None and os.environ.get("NO_COLOR"):
        ctx.color = False
    elif ctx.color is None and os.environ.get("FORCE_COLOR"):
        ctx.color = True


def run(argv: Sequence[str] | None = None) -> int:
    """Run a command; tell its failure in a sentence on stderr; return the exit code.

    A command may return an ExitCode (or int), leave with ``ctx.exit``, or raise a SelfhostError.
    """
    session = Session()
    try:
        result = root.main(
            None if argv is None else list(argv),
            prog_name="selfhost",
            standalone_mode=False,
            obj=session,
        )
        sys.stdout.flush()
        return int(result) if isinstance(result, int) else ExitCode.OK
    except SelfhostError as error:
        _tell(error)
        return int(error.exit_code)
    except click.ClickException as error:
        error.show()
        return int(ExitCode.USAGE)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return int(ExitCode.INTERRUPTED)
    except (_BrokenPipe, BrokenPipeError):
        # Python flushes stdout once more at exit; give it somewhere to flush to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE
    except Exception as error:
        if session.debug:
            traceback.print_exc()
        where = "" if session.debug else "; run selfhost --debug ... to see where"
        click.echo(f"error: this is a bug in selfhost ({type(error).__name__}){where}", err=True)
        return int(ExitCode.INTERNAL)


def _tell(error: SelfhostError) -> None:
    click.echo(f"error: {error.message}", err=True)
    if error.hint:
        click.echo("  hint: " + error.hint.replace("\n", "\n        "), err=True)
