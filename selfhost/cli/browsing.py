"""What ``audit`` and ``collect`` share about ``--browser``."""

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from selfhost.targets.model import Target


def with_browser(
    targets: Sequence["Target"], browser: bool, links: bool, room: str | None
) -> tuple["Target", ...]:
    """The targets, each opened in a browser where that was asked for. Raises UsageError."""
    if not browser:
        if links or room:
            from selfhost.errors import UsageError

            raise UsageError(
                f"{'--links' if links else '--room'} is for --browser", hint="give --browser too"
            )
        return tuple(targets)
    from selfhost.browser.chromium import program
    from selfhost.targets.parse import with_browser as opened

    found = tuple(opened(target, room or "", links) for target in targets)
    program()
    if os.geteuid() == 0:
        click.echo("Chromium runs without its sandbox, as it must for root.", err=True)
    return found


@contextmanager
def ending_browsers(browser: bool) -> Iterator[None]:
    """An interrupt ends the browsers first, or whoever waits for one would wait on."""
    if not browser:
        yield
        return
    from selfhost.browser.chromium import end_all

    def interrupted(number: int, _frame: FrameType | None) -> NoReturn:
        end_all()
        raise KeyboardInterrupt(number)

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, interrupted)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
