"""Files by which one run waits for another."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from selfhost.errors import UsageError


def _wait() -> None:
    """Whoever comes second waits without a word."""


@contextmanager
def held(path: Path, busy: Callable[[], None] = _wait) -> Iterator[int]:
    """Hold the lock, waiting for whoever has it; yields the file's descriptor.

    ``busy`` is called before it waits, and may raise instead. The file stays: whoever removed it
    would let a third run in. Raises UsageError when it cannot be made or locked.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise UsageError(
            f"{path.parent} cannot be written: {error.strerror}",
            hint="make it writable for your user",
        ) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            busy()
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError as error:
            raise UsageError(f"{path} cannot be locked: {error.strerror}") from None
        yield handle
    finally:
        os.close(handle)
