"""The browser starts wherever its user keeps temporary files, and goes whatever hangs."""

import os
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from selfhost.browser import chromium
from selfhost.browser.chromium import Chromium, Reach
from selfhost.errors import UsageError

REACH = Reach("meet.example.org", "127.0.0.1")


def test_it_starts_below_a_folder_of_any_length(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("a" * 100) / ("b" * 100)
    long.mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    monkeypatch.setenv("TMPDIR", str(long))
    with Chromium(REACH, trusted=True) as browser:
        told = browser.connection.call("Browser.getVersion", seconds=60.0)
        assert "Chrome" in str(told["product"]), browser.complaint
        profile = browser.profile
    assert not profile.exists()
    assert list(long.iterdir()) == []


def test_nothing_is_kept_beside_the_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with Chromium(REACH, trusted=True) as browser:
        browser.connection.call("Browser.getVersion", seconds=60.0)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_where_there_is_no_folder_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chromium, "_MAX_PLACE", 0)
    with pytest.raises(UsageError) as raised:
        Chromium(REACH, trusted=True)
    assert "TMPDIR" in raised.value.hint


@pytest.fixture
def stubborn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in Chromium's place, with a child, that only a kill ends; where both are noted."""
    noted = tmp_path / "pids"
    program = tmp_path / "chromium"
    program.write_text(
        f"#!/bin/sh\ntrap '' TERM\n[ $1 ] && $0 &\necho $$ >>{noted}\nwhile :; do sleep 60; done\n"
    )
    program.chmod(0o700)
    monkeypatch.setattr(chromium, "program", lambda *_: str(program))
    return noted


def alive(noted: Path) -> list[int]:
    found = []
    for word in noted.read_text().split():
        state = Path(f"/proc/{word}/stat")
        if state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z":
            found.append(int(word))
    return found


def soon(true: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_guardian_that_hangs_leaves_nothing(
    stubborn: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chromium, "_GUARDIAN_SECONDS", 0.3)
    with Chromium(REACH, trusted=True) as browser:
        assert soon(lambda: stubborn.exists() and len(alive(stubborn)) == 2)
        os.kill(browser._guardian.pid, signal.SIGSTOP)
    assert soon(lambda: not alive(stubborn))
    assert not browser.profile.exists()


def test_a_guardian_that_is_killed_takes_the_browser_with_it(stubborn: Path) -> None:
    with Chromium(REACH, trusted=True) as browser:
        assert soon(lambda: stubborn.exists() and len(alive(stubborn)) == 2)
        os.kill(browser._guardian.pid, signal.SIGKILL)
        assert soon(lambda: len(alive(stubborn)) < 2)
    assert soon(lambda: not alive(stubborn))
    assert not browser.profile.exists()
