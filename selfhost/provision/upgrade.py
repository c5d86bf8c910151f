"""An upgrade: change versions, judge, and keep them or go back. What comes next is a table; the
doing is handed in.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from selfhost.errors import ProvisionError, SelfhostError

Findings = frozenset[tuple[str, str]]  # host, control: what the audit does not pass


class Step(StrEnum):
    """What is done, in this order when all goes well."""

    BACKUP = "backup"
    LOOK = "audit before"
    CHANGE = "new versions"
    AUDIT = "audit"
    KEEP = "keep"
    BACK = "rollback"


class End(StrEnum):
    """How it ends."""

    KEPT = "kept"
    UNTOUCHED = "nothing was changed"
    TAKEN_BACK = "taken back"
    STUCK = "the way back failed too"


class Result(StrEnum):
    """How a step went. ``CLEAN`` is a failure before the server was touched."""

    GOOD = "good"
    CLEAN = "clean"
    FAILED = "failed"


NEXT: Mapping[tuple[Step, Result], Step | End] = {
    (Step.BACKUP, Result.GOOD): Step.LOOK,
    (Step.BACKUP, Result.CLEAN): End.UNTOUCHED,
    (Step.BACKUP, Result.FAILED): End.UNTOUCHED,
    (Step.LOOK, Result.GOOD): Step.CHANGE,
    (Step.LOOK, Result.CLEAN): End.UNTOUCHED,
    (Step.LOOK, Result.FAILED): End.UNTOUCHED,
    (Step.CHANGE, Result.GOOD): Step.AUDIT,
    (Step.CHANGE, Result.CLEAN): End.UNTOUCHED,
    (Step.CHANGE, Result.FAILED): Step.BACK,
    (Step.AUDIT, Result.GOOD): Step.KEEP,
    (Step.AUDIT, Result.CLEAN): Step.BACK,
    (Step.AUDIT, Result.FAILED): Step.BACK,
    (Step.KEEP, Result.GOOD): End.KEPT,
    (Step.KEEP, Result.CLEAN): Step.BACK,
    (Step.KEEP, Result.FAILED): Step.BACK,
    (Step.BACK, Result.GOOD): End.TAKEN_BACK,
    (Step.BACK, Result.CLEAN): End.STUCK,
    (Step.BACK, Result.FAILED): End.STUCK,
}


class Actions(Protocol):
    """What an upgrade does to the world; each raises SelfhostError when it does not succeed."""

    def backup(self) -> None:
        """Save the site as it is, unless there is to be no backup."""

    def audit(self) -> Findings:
        """What does not pass now."""

    def change(self) -> None:
        """Install the new versions, apply the settings, check the health."""

    def begun(self) -> bool:
        """Whether a server has been touched, so that there is something to take back."""

    def keep(self) -> None:
        """Record the new versions."""

    def back(self) -> None:
        """Bring the former versions and files back, and check the health."""

    def tell(self, step: Step) -> None:
        """Say what begins."""


def run(actions: Actions) -> None:
    """Upgrade; return when the new versions are kept. A backup that fails ends it first.

    What the audit did not pass before does not count against them. Raises the first failure's own
    error when nothing was changed, and ProvisionError that tells it when the former state is back,
    or could not be brought back. An interruption goes through: the server keeps its mark, and
    ``selfhost rollback`` ends it.
    """
    before: Findings = frozenset()
    first: SelfhostError | None = None
    step: Step | End = Step.BACKUP
    while isinstance(step, Step):
        actions.tell(step)
        result = Result.GOOD
        try:
            match step:
                case Step.BACKUP:
                    actions.backup()
                case Step.LOOK:
                    before = actions.audit()
                case Step.CHANGE:
                    actions.change()
                case Step.AUDIT:
                    _no_worse(before, actions.audit())
                case Step.KEEP:
                    actions.keep()
                case Step.BACK:
                    actions.back()
        except SelfhostError as error:
            if step is Step.BACK and first is not None:
                raise _stuck(first, error) from error
            first = error
            clean = step is Step.CHANGE and not actions.begun()
            result = Result.CLEAN if clean else Result.FAILED
        step = NEXT[step, result]
    if step is End.UNTOUCHED and first is not None:
        first.message = f"{End.UNTOUCHED}: {first.message}"
        raise first
    if step is End.TAKEN_BACK and first is not None:
        raise ProvisionError(
            f"the upgrade did not work, and the former state is back: {first.message}",
            hint="\n".join(["mend that, then upgrade again", *_log(first)]),
        ) from first


def _log(error: SelfhostError) -> list[str]:
    """The line that names the log; its advice was meant for a run that is not taken back."""
    return [line for line in error.hint.splitlines() if line.startswith("log: ")]


def _no_worse(before: Findings, after: Findings) -> None:
    new = sorted(after - before)
    if new:
        told = ", ".join(f"{control} on {host}" for host, control in new)
        raise ProvisionError(
            f"the audit found what it did not find before: {told}",
            hint="selfhost explain CONTROL tells what that means",
        )


def _stuck(first: SelfhostError, second: SelfhostError) -> ProvisionError:
    return ProvisionError(
        f"the upgrade did not work: {first.message}\nand the former state could not be brought "
        f"back: {second.message}",
        hint=f"{second.hint}\nthen: selfhost rollback, which goes on where this ended",
    )
