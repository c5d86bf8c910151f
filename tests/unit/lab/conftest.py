"""A lab of its own for each test, on an engine that only writes down what it is asked."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from selfhost.lab.runtime import Runtime

Answer = Callable[[tuple[str, ...]], str | int]


@pytest.fixture(autouse=True)
def lab_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for the lab's state."""
    folder = tmp_path / "lab"
    monkeypatch.setenv("SELFHOST_LAB_DIR", str(folder))
    return folder


class Engine:
    """``calls`` are the command lines; ``answer`` gives a call's output, or its exit code."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []
        self.answer: Answer = lambda _: ""

    def __call__(self, command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        self.calls.append(tuple(command[1:]))
        answer = self.answer(tuple(command[1:]))
        code = answer if isinstance(answer, int) else 0
        text = answer if isinstance(answer, str) else ""
        return subprocess.CompletedProcess(command, code, text.encode(), b"Error: no\n")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Stands in the place of every program that the lab starts."""
    found = Engine()
    monkeypatch.setattr("selfhost.lab.runtime.subprocess.run", found)
    return found


@pytest.fixture
def podman() -> Runtime:
    """The engine's own defaults."""
    return Runtime("podman")
