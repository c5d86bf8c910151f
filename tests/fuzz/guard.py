"""While a reader reads, nothing may be written, run or asked over a network."""

import os
import sys
import time
from collections.abc import Callable

#: Seconds of processor time that reading anything may take.
LIMIT = 2.0

_FORBIDDEN = (
    "exec",
    "os.",
    "pty.",
    "shutil.",
    "socket.",
    "subprocess.",
    "ctypes.dlopen",
    "tempfile.",
    "urllib.",
    "webbrowser.",
)
_ALLOWED = ("os.listdir", "os.scandir", "os.fspath", "os.putenv", "os.unsetenv")
_reading = False


class Forbidden(BaseException):
    """A reader did what none may do; no ``except Exception`` hides it."""


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if not _reading:
        return
    if event == "open":
        flags = arguments[2] if len(arguments) > 2 else 0
        if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise Forbidden(f"opened {arguments[0]!r} to write")
    elif event == "exec" and _imports(arguments[0]):
        return
    elif event.startswith(_FORBIDDEN) and event not in _ALLOWED:
        raise Forbidden(f"{event} {arguments!r}")


def _imports(code: object) -> bool:
    """A module that is loaded only now runs its own code once."""
    file = getattr(code, "co_filename", "<")
    return getattr(code, "co_name", "") == "<module>" and not file.startswith("<string")


sys.addaudithook(_watch)


def checked(target: Callable[[str], object], text: str) -> float:
    """Let a target read; return the processor seconds it took.

    Raises whatever it raises, ``Forbidden``, and ``TimeoutError`` beyond ``LIMIT``.
    """
    global _reading
    started = time.thread_time()
    _reading = True
    try:
        target(text)
    finally:
        _reading = False
    taken = time.thread_time() - started
    if taken > LIMIT:
        raise TimeoutError(f"{taken:.1f} s for {len(text)} characters")
    return taken
