"""What a run that was cut short has left undone."""

import json
from typing import Any

from selfhost.provision import unfinished

PLAY = {"event": "play", "name": "P", "check": False}
CHANGED = {"event": "ok", "host": "a", "task": "Edit", "changed": True, "notify": ["Restart"]}
STOP = {"event": "notify", "host": "a", "task": "Stop", "topics": ["web : Stop", "Stop", "Restart"]}
START = {**STOP, "task": "Start", "topics": ["web : Start", "Start", "Restart"]}


def handler(kind: str, name: str) -> dict[str, Any]:
    return {"event": kind, "host": "a", "task": name, "handler": True}


def left(*events: dict[str, Any], check: bool = False) -> dict[str, tuple[str, ...]]:
    play = {**PLAY, "check": check}
    return dict(unfinished.pending(json.dumps(event).encode() for event in (play, *events)))


def test_a_change_leaves_its_handlers_undone_until_they_have_run() -> None:
    assert left() == {}
    assert left(CHANGED) == {"a": ("Restart",)}
    assert left(CHANGED, STOP, START, handler("task", "Stop")) == {"a": ("Start", "Stop")}
    stopped = (CHANGED, STOP, START, handler("task", "Stop"), handler("ok", "Stop"))
    assert left(*stopped) == {"a": ("Start",)}
    assert left(*stopped, handler("task", "Start"), handler("ok", "Start")) == {}
    assert left(*stopped, handler("task", "Start"), handler("skipped", "Start")) == {}


def test_a_handler_that_failed_is_undone() -> None:
    failed = (CHANGED, STOP, handler("task", "Stop"), handler("failed", "Stop"))
    assert left(*failed) == {"a": ("Stop",)}


def test_a_task_whose_result_was_not_seen_may_have_changed_something() -> None:
    start = {"event": "start", "host": "a", "task": "Edit", "notify": ["Restart"]}
    assert left(start) == {"a": ("Restart",)}
    assert left(start, {**CHANGED, "changed": False}) == {}
    assert left(start, {"event": "unreachable", "host": "a", "task": "Edit"}) == {"a": ("Restart",)}


def test_what_changed_after_the_handlers_counts_again() -> None:
    ran = (CHANGED, STOP, handler("task", "Stop"), handler("ok", "Stop"))
    assert left(*ran, CHANGED) == {"a": ("Restart",)}


def test_a_rehearsal_neither_leaves_nor_mends_anything() -> None:
    assert left(CHANGED, check=True) == {}
    lines = [
        unfinished.first_line({"a": ("Restart",)}),
        json.dumps({**PLAY, "check": True}).encode(),
    ]
    assert unfinished.pending([*lines, json.dumps(handler("ok", "Restart")).encode()]) == {
        "a": ("Restart",)
    }


def test_a_run_that_does_not_touch_a_host_carries_over_what_it_lacks() -> None:
    lines = [unfinished.first_line({"a": ("Restart",), "b": ("Reload",)}), b"{half a li"]
    assert unfinished.pending(lines) == {"a": ("Restart",), "b": ("Reload",)}


def test_a_run_that_came_to_its_end_leaves_nothing_undone() -> None:
    carried = {"event": "unfinished", "hosts": {"a": ["A handler of an earlier release"]}}
    counts = {"failures": 0, "unreachable": 0, "ok": 3}
    assert left(carried) != {}
    assert left(carried, {"event": "stats", "hosts": {"a": counts}}) == {}
    for bad in ("failures", "unreachable"):
        stats = {"event": "stats", "hosts": {"a": {**counts, bad: 1}}}
        assert left(carried, CHANGED, stats)["a"][1:] == ("Restart",)
