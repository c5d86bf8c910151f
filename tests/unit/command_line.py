"""The command line as a user meets it, in a folder with an inventory."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from selfhost.cli.root import run
from selfhost.settings.create import Plan, create
from selfhost.settings.render import HostEntry


@dataclass
class Done:
    code: int
    out: str
    err: str


Command = Callable[..., Done]


def command_of(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs one command; none shows a traceback."""

    def command(*arguments: str) -> Done:
        code = run(list(arguments))
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Done(int(code), said.out, said.err)

    return command


def new_inventory(domain: str) -> None:
    """``inventory`` in the folder that is worked in."""
    create(Path("inventory"), Plan(domain, HostEntry(domain, "203.0.113.10"), "203.0.113.10"))
