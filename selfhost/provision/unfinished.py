"""Handlers that a run has asked for and not come to, because it was cut short. Pure.

A killed run leaves files that say what they should and services that have not read them. The next
run would find nothing to change, and notify nobody. So each run's events begin with what earlier
ones left undone, and the next run starts from there.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

EVENT = "unfinished"

Pending = Mapping[str, tuple[str, ...]]
"""Names or topics of handlers by host."""


@dataclass(slots=True)
class _Host:
    topics: set[str] = field(default_factory=set)  # notified, not yet looked up
    begun: set[str] = field(default_factory=set)  # of those, looked up
    handlers: set[str] = field(default_factory=set)  # found for them, not yet run
    running: set[str] = field(default_factory=set)  # what the task at work would notify


def first_line(pending: Pending) -> bytes:
    """The event that a run's record begins with."""
    return json.dumps({"event": EVENT, "hosts": pending}).encode() + b"\n"


def pending(lines: Iterable[bytes]) -> Pending:
    """What is left to do after the events of a run."""
    hosts: dict[str, _Host] = {}
    check = False
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if not isinstance(event, dict):
            continue
        if event.get("event") == "play":
            check = bool(event.get("check"))
        if not check:
            _take(hosts, event)
    left = {
        name: tuple(sorted(host.topics | host.handlers | host.running))
        for name, host in hosts.items()
    }
    return {name: handlers for name, handlers in sorted(left.items()) if handlers}


def _take(hosts: dict[str, _Host], event: dict[str, Any]) -> None:
    kind = event.get("event")
    if kind == EVENT:
        for name, topics in dict(event.get("hosts") or {}).items():
            hosts.setdefault(str(name), _Host()).topics.update(map(str, topics))
        return
    if kind == "stats":  # who came to the end has run all handlers; others do not exist any more
        for name, counts in dict(event.get("hosts") or {}).items():
            if not counts.get("failures") and not counts.get("unreachable"):
                hosts.pop(str(name), None)
        return
    if kind == "task" and event.get("handler"):
        for host in hosts.values():  # all handlers of a topic are named before the first one runs
            host.topics -= host.begun
            host.begun.clear()
        return
    host = hosts.setdefault(str(event.get("host", "")), _Host())
    task = str(event.get("task") or "")
    if kind == "start":  # if its result is never seen, it may have changed something all the same
        host.running = set(map(str, event.get("notify") or []))
    elif kind in ("ok", "skipped", "failed"):
        host.running = set()
    if kind == "notify":
        host.handlers.add(task)
        host.begun.update(map(str, event.get("topics") or []))
    elif event.get("handler") and (kind in ("ok", "skipped") or event.get("ignored")):
        host.handlers.discard(task)
    if kind == "ok" and event.get("changed"):
        host.topics.update(map(str, event.get("notify") or []))
