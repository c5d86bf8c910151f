import sys
from pathlib import Path

import pytest

from selfhost.errors import SelfhostError
from selfhost.provision import content


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    return tmp_path


def test_a_program_that_is_not_there(folder: Path) -> None:
    with pytest.raises(SelfhostError, match="ansible-playbook is missing"):
        content.program("ansible-playbook")


def test_a_program_of_an_environment_that_was_moved(folder: Path) -> None:
    (folder / "ansible-playbook").write_text(f"#!{folder}/former/bin/python\n")
    with pytest.raises(SelfhostError, match="its folder was moved"):
        content.program("ansible-playbook")


@pytest.mark.parametrize(
    "first", ["#!/bin/sh\n", "#!/usr/bin/env python3\n", "#!/usr/bin/python3 -I\n", "\x7fELF", ""]
)
def test_a_program_that_can_start(folder: Path, first: str) -> None:
    (folder / "ansible-playbook").write_text(first)
    assert content.program("ansible-playbook") == folder / "ansible-playbook"
