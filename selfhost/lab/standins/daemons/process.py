"""Running a daemon until it is told to end."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

TERMINATED = 143


class FatalError(Exception):
    """The daemon cannot go on; the text is its last line."""


def run(main: Callable[[], Awaitable[None]]) -> None:
    """Run ``main`` for ever; SIGTERM ends the process with status 143, as Java does."""
    with contextlib.suppress(OSError):  # the kernel's name of the process, as the real one has it
        Path("/proc/self/comm").write_text("java")

    async def supervised() -> bool:
        task = asyncio.ensure_future(main())
        told = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
        waiting = asyncio.ensure_future(told.wait())
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            waiting.cancel()
            await task
            return False
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        return True

    try:
        told = asyncio.run(supervised())
    except FatalError as problem:
        sys.exit(str(problem))
    sys.exit(TERMINATED if told else 0)
