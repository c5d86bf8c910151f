"""A report of a server on which every rule was judged, and the statement about it."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from selfhost.attest.statement import Statement
from selfhost.controls.registry import controls
from selfhost.page import facts
from selfhost.page.model import Page

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
AUDITED = NOW - timedelta(hours=1)
DOCUMENT: dict[str, Any] = {
    "tool": {"version": "1.2.3"},
    "profile": "private",
    "verdict": {"policy": "pass", "evidence": "complete"},
    "targets": [
        {
            "target": "a<b>.example",
            "collected_at": f"{AUDITED:%Y-%m-%dT%H:%M:%SZ}",
            "unreachable": None,
            "out_of_scope": [],
            "kept": [{"log": "jicofo", "days": 3}, {"log": "nginx", "days": 1}],
        }
    ],
    "results": [{"control": control.id, "outcome": "pass"} for control in controls()],
}
STATEMENT = Statement(
    digest="0" * 64, host="meet.example.org", sequence=1, previous="", issued=NOW,
    expires=AUDITED + timedelta(days=8), audited=AUDITED, policy="pass", evidence="complete",
    profile="private", fail_on="low", version="1.2.3", catalogue="0" * 64, report="0" * 64,
    servers=1, reached=1, listed={}, counts={},
)  # fmt: skip

Make = Callable[..., Page]


@pytest.fixture
def document() -> dict[str, Any]:
    return copy.deepcopy(DOCUMENT)


@pytest.fixture
def made(document: dict[str, Any]) -> Make:
    """The page, with other outcomes of some controls (by id), at some time."""

    def make(
        outcomes: dict[str, str] | None = None, now: datetime = NOW, *, signed: bool = True,
        **verdict: str,
    ) -> Page:  # fmt: skip
        for result in document["results"]:
            result["outcome"] = (outcomes or {}).get(result["control"], result["outcome"])
        document["verdict"].update(verdict)
        return facts.page(document, STATEMENT, controls(), now, signed=signed)

    return make
