"""A lock file: the second waits, and may be told so or go instead."""

import threading
from pathlib import Path

import pytest

from selfhost import lock_file
from selfhost.errors import UsageError


def test_the_second_is_told_and_waits(tmp_path: Path) -> None:
    path, told, order = tmp_path / "lock", threading.Event(), []

    def second() -> None:
        with lock_file.held(path, told.set):
            order.append("second")

    waiting = threading.Thread(target=second)
    with lock_file.held(path):
        waiting.start()
        assert told.wait(10)
        order.append("first")
    waiting.join(10)
    assert order == ["first", "second"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_second_may_go_instead(tmp_path: Path) -> None:
    def busy() -> None:
        raise UsageError("not now")

    with (
        lock_file.held(tmp_path / "lock"),
        pytest.raises(UsageError, match="not now"),
        lock_file.held(tmp_path / "lock", busy),
    ):
        pytest.fail("two at once")
    with lock_file.held(tmp_path / "lock", busy):
        pass  # nobody has it any more


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match="cannot be written"),
        lock_file.held(tmp_path / "none" / "lock"),
    ):
        pytest.fail("there is no such folder")
