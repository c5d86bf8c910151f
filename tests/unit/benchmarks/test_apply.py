"""The benchmark's table."""

import json

from tests.benchmarks.apply import Run, steps_of, table

EVENTS = [
    {"event": "task", "time": 1.0, "role": "web", "task": "A"},
    {"event": "ok", "time": 2.5, "role": "web", "task": "A", "host": "h", "changed": True},
    {"event": "task", "time": 2.5, "role": "turn", "task": "B"},
    {"event": "skipped", "time": 3.0, "role": "turn", "task": "B", "host": "h"},
    {"event": "task", "time": 3.0, "role": "web", "task": "C"},
    {"event": "ok", "time": 4.0, "role": "web", "task": "C", "host": "h"},
]


def test_times_and_counts_by_role() -> None:
    steps = steps_of(b"\n".join(json.dumps(event).encode() for event in EVENTS))
    lines = table(Run(steps, 9.0, 5.0), Run(steps, 4.0, 2.0)).splitlines()
    assert lines[1].split() == ["web", "2.5", "s", "2.5", "s", "2", "0", "1"]
    assert lines[2].split() == ["turn", "0.5", "s", "0.5", "s", "0", "1", "0"]
    assert lines[3].split() == ["in", "all", "9.0", "s", "4.0", "s", "2", "1", "1"]
    assert lines[4].split() == ["processor", "here", "5.0", "s", "2.0", "s"]
