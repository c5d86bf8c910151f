"""The events of a playbook run, and what they add up to. Pure."""

import json
from dataclasses import dataclass, field
from typing import Any

BETWEEN = "(playbook)"  # tasks of the playbook itself
HANDLERS = "(handlers)"  # restarts and reloads that changes have asked for


@dataclass(slots=True)
class Step:
    """A role's turn in a run: counts over all hosts, when it began and last did something."""

    name: str
    began: float
    ended: float
    ok: int = 0
    changed: int = 0
    skipped: int = 0
    failed: int = 0
    unreachable: int = 0

    @property
    def seconds(self) -> float:
        """From the first event to the last."""
        return self.ended - self.began


@dataclass(frozen=True, slots=True)
class Failure:
    """A task that failed on a host, or a host that was not reached."""

    host: str
    role: str
    task: str
    unreachable: bool
    hidden: bool  # the task handles secrets, so its words are not known
    message: str
    stderr: str
    item: str

    @property
    def where(self) -> str:
        """``role : task`` as Ansible writes it."""
        return f"{self.role} : {self.task}" if self.role else self.task


@dataclass(slots=True)
class RunState:
    """What is known of a run so far; fed with one event after another."""

    steps: list[Step] = field(default_factory=list)
    current_task: str = ""
    failures: list[Failure] = field(default_factory=list)
    changes: list[tuple[str, str, str]] = field(default_factory=list)  # host, role, task
    results: int = 0
    finished: bool = False
    rescued: int = 0
    told: dict[str, Any] = field(default_factory=dict)  # host: what set_stats has said of it

    def feed(self, line: bytes | str) -> dict[str, Any] | None:
        """Take one line; return its event, or None for a line that is not one."""
        try:
            event = json.loads(line)
        except ValueError:
            return None
        if not isinstance(event, dict) or not isinstance(event.get("event"), str):
            return None
        self._take(event)
        return event

    @property
    def changed(self) -> int:
        """How many results changed something."""
        return sum(step.changed for step in self.steps)

    def _take(self, event: dict[str, Any]) -> None:
        kind, when = event["event"], float(event.get("time") or 0)
        if kind == "stats":
            self.finished = True
            hosts = event.get("hosts") or {}
            self.told = dict(event.get("told") or {})
            self.rescued = sum(int(counts.get("rescued", 0)) for counts in hosts.values())
            return
        if kind not in ("task", "ok", "skipped", "failed", "unreachable"):
            return
        name = HANDLERS if event.get("handler") else str(event.get("role") or BETWEEN)
        if not self.steps or (kind == "task" and self.steps[-1].name != name):
            self.steps.append(Step(name, began=when, ended=when))
        step = self.steps[-1]
        step.ended = max(step.ended, when)
        task = str(event.get("task") or "")
        if kind == "task":
            self.current_task = task
            return
        self.results += 1
        if kind == "failed" and event.get("ignored"):
            kind = "ok"
        if kind == "ok" and event.get("changed"):
            step.changed += 1
            self.changes.append((str(event.get("host")), str(event.get("role") or ""), task))
        setattr(step, kind, getattr(step, kind) + 1)
        if kind in ("failed", "unreachable"):
            self.failures.append(_failure(event, unreachable=kind == "unreachable"))


def _failure(event: dict[str, Any], *, unreachable: bool) -> Failure:
    stderr = str(event.get("stderr") or event.get("module_stderr") or "")
    return Failure(
        host=str(event.get("host", "")),
        role=str(event.get("role") or ""),
        task=str(event.get("task") or ""),
        unreachable=unreachable,
        hidden=bool(event.get("hidden")),
        message=str(event.get("msg") or ""),
        stderr=stderr,
        item=str(event.get("item") or ""),
    )
