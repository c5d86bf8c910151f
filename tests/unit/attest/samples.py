"""A report that can be vouched for."""

import json
from datetime import datetime
from typing import Any


def report(collected: datetime, **changed: Any) -> str:
    """Of one server and one control, as JSON; ``changed`` are other values at its top."""
    document = {
        "fail_on": "low",
        "fails_on": "any",
        "profile": "private",
        "verdict": {"policy": "pass", "evidence": "complete"},
        "tool": {"version": "1.2.3"},
        "controls": {"digest": "c" * 64},
        "targets": [{"collected_at": f"{collected:%Y-%m-%dT%H:%M:%SZ}", "unreachable": None}],
        "results": [{"control": "web-stun", "outcome": "pass"}],
        **changed,
    }
    return json.dumps(document)
