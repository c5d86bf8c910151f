"""Our programs on this machine; over SSH they run in the lab tier."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from selfhost.errors import TargetError
from selfhost.provision import on_host
from selfhost.targets.ssh_connection import Completed

PROGRAM = b"import sys\nsys.stdout.write(sys.stdin.read().upper())\nsys.exit(3)\n"


def here(make_site: Any, folder: Path, *, become: bool = False, **given: Any) -> Completed:
    site = make_site(folder)
    host = replace(site.hosts[0], connection="local", become=become)
    words = {"program": PROGRAM, "order": b"an order", "seconds": 30.0, **given}
    program, order = words.pop("program"), words.pop("order")
    return on_host.run(site, host, program, order, max_output=1000, **words)


def test_it_finds_the_order_and_its_end_is_told(make_site: Any, tmp_path: Path) -> None:
    done = here(make_site, tmp_path)
    assert (done.returncode, done.stdout) == (3, b"AN ORDER")


def test_one_that_hangs_is_told(make_site: Any, tmp_path: Path) -> None:
    program = b"import time\ntime.sleep(60)\n"
    with pytest.raises(TargetError, match="did not answer within 1 s"):
        here(make_site, tmp_path, program=program, seconds=1.0)


@pytest.mark.parametrize(
    ("account", "become", "as_root", "through"),
    [
        (1000, True, True, True),
        (1000, True, False, False),
        (1000, False, True, False),
        (0, True, True, False),
    ],
)
def test_sudo_only_where_it_is_asked_for_and_needed(
    make_site: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    account: int,
    become: bool,
    as_root: bool,
    through: bool,
) -> None:
    sudo = tmp_path / "sudo"
    sudo.write_text("#!/bin/sh\necho through sudo\n")
    sudo.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(os, "geteuid", lambda: account)
    done = here(make_site, tmp_path, become=become, as_root=as_root)
    assert (done.stdout == b"through sudo\n") is through


def test_a_machine_without_sudo_is_told(
    make_site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(TargetError, match="cannot run sudo: No such file"):
        here(make_site, tmp_path, become=True)


def test_words_of_a_stranger() -> None:
    assert on_host.words("a\x1b[31mb\n" + "c" * 400) == "a?[31mb?" + "c" * 292
    assert on_host.words(None) == "None"
