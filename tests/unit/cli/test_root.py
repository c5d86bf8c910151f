"""The command line as a whole: how it starts, and how every failure is told."""

import importlib
import os
import resource
import subprocess
import sys
from pathlib import Path

import click
import pytest

from selfhost.cli import main, root
from selfhost.cli.session import Session
from selfhost.errors import TargetError
from selfhost.exitcodes import ExitCode


def _children_seconds() -> float:
    """Processor time of the programs that were waited for: other load does not count."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


HEAVY = ("pydantic", "paramiko", "rich", "tree_sitter", "yaml", "ansible", "jinja2")


def _run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "selfhost", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replaces the command ``check`` by one that does what the test's argument says."""

    @click.command()
    @click.argument("what")
    def check(what: str) -> object:
        match what:
            case "error":
                raise TargetError("no such host: x", hint="check the spelling\nlog: y")
            case "bug":
                raise ZeroDivisionError("secret detail")
            case "interrupt":
                raise KeyboardInterrupt
            case "code":
                return ExitCode.FINDINGS
            case "exit":
                click.get_current_context().exit(3)
        return None

    monkeypatch.setattr(root._Root, "get_command", lambda self, ctx, name: check)


@pytest.mark.parametrize(
    ("what", "code", "err"),
    [
        ("error", 3, "error: no such host: x\n  hint: check the spelling\n        log: y\n"),
        ("interrupt", 130, "\ninterrupted\n"),
        ("code", 1, ""),
        ("exit", 3, ""),
        ("fine", 0, ""),
    ],
)
@pytest.mark.usefixtures("command")
def test_each_end_has_its_code(
    what: str, code: int, err: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", what]) == code
    assert capsys.readouterr().err == err


@pytest.mark.usefixtures("command")
def test_a_bug_is_one_sentence_and_a_traceback_only_on_demand(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["check", "bug"]) == 4
    err = capsys.readouterr().err
    assert err.startswith("error: this is a bug in selfhost (ZeroDivisionError)")
    assert err.count("\n") == 1
    assert "secret detail" not in err
    assert main(["--debug", "check", "bug"]) == 4
    assert "Traceback" in capsys.readouterr().err


def test_every_command_that_exists_can_be_loaded() -> None:
    for name, entry in root.COMMANDS.items():
        if (Path(root.__file__).parent / f"{entry.module.rpartition('.')[2]}.py").exists():
            found = getattr(importlib.import_module(entry.module), entry.attribute)
            assert isinstance(found, click.Command), name


def test_the_help_imports_nothing_heavy_and_is_quick() -> None:
    code = (
        "import sys; from selfhost.cli import main; main(['--help']); "
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    times = []
    for _ in range(3):
        began = _children_seconds()
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        times.append(_children_seconds() - began)
    assert done.stderr == "[]\n"
    assert all(entry.help in done.stdout for entry in root.COMMANDS.values() if not entry.hidden)
    assert "dev " not in done.stdout
    assert min(times) < 0.5


def test_usage_errors(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["aply"]) == 2
    assert "Did you mean apply?" in capsys.readouterr().err
    assert main(["--nonsense"]) == 2
    assert main(["--color", "blue", "check"]) == 2
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("selfhost ")


def test_a_closed_pipe_is_quiet() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "selfhost", "dev", "--help"],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr


@pytest.mark.parametrize(
    ("color", "environment", "expected"),
    [
        ("auto", {}, False),
        ("auto", {"FORCE_COLOR": "1"}, True),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ("always", {"NO_COLOR": "1"}, True),
        ("never", {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colour(
    color: str, environment: dict[str, str], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with open(os.devnull, "w") as stream:  # noqa: PTH123 - a file that is not a terminal
        assert Session(color=color).colored(stream) is expected


def test_the_module_runs_as_a_program() -> None:
    done = _run("aply")
    assert (done.returncode, done.stdout) == (2, "")
