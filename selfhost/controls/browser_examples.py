"""Examples of what a browser did on a server that is called meet.example.org."""

import json
from typing import Any

from selfhost.controls.model import Example
from selfhost.controls.outside_examples import PAGE

STAGES = ("welcome", "room", "join", "second", "chat", "share", "settings", "leave")


def visit(
    source: str,
    *entries: dict[str, Any],
    at: int = 0,
    note: str = "",
    stopped_at: str = "",
    why: str = "the room was not entered",
    dropped: int = 0,
) -> Example:
    """A visit that saw ``entries``, and came through all stages or up to ``stopped_at``."""
    told: list[dict[str, Any]] = []
    for stage in STAGES:
        reached = stage != stopped_at
        told.append({"what": "stage", "stage": stage, "reached": reached, "shown": ""})
        told[-1]["why"] = "" if reached else why
        if not reached:
            break
    told.append({"what": "browser", "product": "Chrome/156", "dropped": dropped})
    evidence = {
        source: _lines(*entries),
        "browser.visit": _lines(*told),
        PAGE: "<html></html>\n",
    }
    return Example(evidence, at=at, note=note)


def request(
    url: str,
    kind: str = "Script",
    outcome: str = "let through",
    stage: str = "join",
    who: str = "script https://meet.example.org/libs/app.bundle.min.js:1",
) -> dict[str, Any]:
    """One request."""
    host = url.partition("://")[2].partition("/")[0]
    entry: dict[str, Any] = {"what": "request", "host": host, "url": url, "kind": kind}
    by = "Content-Security-Policy" if outcome == "stopped" else ""
    return {**entry, "outcome": outcome, "by": by, "stage": stage, "who": who, "count": 1}


OWN = request("https://meet.example.org/config.js")


def ice(url: str, host: str) -> dict[str, Any]:
    """A STUN or TURN server that is used."""
    return {"what": "ice", "url": url, "host": host, "who": "script x:1", "stage": "join"}


def packets(address: str) -> dict[str, Any]:
    """Packets to somebody."""
    return {"what": "packets", "address": address, "port": 10000, "count": 1}


def kept(what: str, key: str, host: str = "meet.example.org") -> dict[str, Any]:
    """Something that is stored, recorded or asked for."""
    entry: dict[str, Any] = {"what": what, "key": key, "host": host, "who": "", "stage": "join"}
    return {**entry, "count": 1}


def link(override: str, acts: str = "network", **more: Any) -> dict[str, Any]:
    """What came of one override."""
    nothing: dict[str, Any] = {"let_through": [], "stopped": [], "ice": [], "recorders": []}
    entry: dict[str, Any] = {"what": "link", "override": override, "value": "true", "acts": acts}
    return {**entry, "entered": True, **nothing, **more}


def _lines(*entries: dict[str, Any]) -> str:
    return "".join(json.dumps(entry, sort_keys=True) + "\n" for entry in entries)
