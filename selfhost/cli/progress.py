"""A playbook run as it goes, on stderr: one line for each role, and what is being done now."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import click

from selfhost.cli.session import session
from selfhost.provision.events import RunState, Step

if TYPE_CHECKING:
    from rich.status import Status

_NAME_WIDTH = 18


def step_line(step: Step) -> str:
    """``prosody             12 ok, 3 changed, 1 skipped   4.2 s``; ``ok`` includes changed."""
    counts = [f"{step.ok} ok"]
    counts += [
        f"{number} {word}"
        for word in ("changed", "skipped", "failed", "unreachable")
        if (number := getattr(step, word))
    ]
    return f"{step.name:<{_NAME_WIDTH}}  {', '.join(counts):<36}  {step.seconds:6.1f} s"


class PlainProgress:
    """For a pipe or a log: a line when a role has ended, nothing else."""

    def __init__(self) -> None:
        self._shown = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return

    def observe(self, state: RunState, event: dict[str, Any] | None, log: bytes) -> None:
        """An Observer of :func:`selfhost.provision.run.run_playbook`."""
        ended = len(state.steps) if state.finished else len(state.steps) - 1
        while self._shown < ended:
            self.line(step_line(state.steps[self._shown]))
            self._shown += 1

    def line(self, text: str) -> None:
        """Print a line."""
        click.echo(text, err=True)


class LiveProgress(PlainProgress):
    """For a terminal: below those lines, a moving one with role, task and time."""

    def __init__(self, *, color: bool) -> None:
        super().__init__()
        from rich.console import Console

        self._console = Console(stderr=True, no_color=not color, highlight=False)
        self._status: Status = self._console.status("starting Ansible ...")
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._status.stop()

    def observe(self, state: RunState, event: dict[str, Any] | None, log: bytes) -> None:
        super().observe(state, event, log)
        if state.steps and not state.finished:
            from rich.text import Text

            seconds = int(time.monotonic() - self._began)
            now = f"{state.steps[-1].name}: {state.current_task}"
            room = max(20, self._console.width - 14)
            shown = now if len(now) <= room else now[: room - 1] + "…"
            self._status.update(Text(f"{seconds // 60}:{seconds % 60:02} {shown}"))

    def line(self, text: str) -> None:
        self._console.print(text, markup=False)


class AnsibleOutput(PlainProgress):
    """For ``-v``: what Ansible prints, as it is."""

    def observe(self, state: RunState, event: dict[str, Any] | None, log: bytes) -> None:
        if log:
            sys.stderr.buffer.write(log)
            sys.stderr.flush()


def chosen(verbose: int = 0) -> PlainProgress:
    """The display that fits standard error: ``-v`` shows Ansible's own words."""
    if verbose:
        return AnsibleOutput()
    if sys.stderr.isatty():
        return LiveProgress(color=session().colored(sys.stderr))
    return PlainProgress()
