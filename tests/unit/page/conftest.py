"""A report of a server on which every rule was judged, and the statement about it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from selfhost.attest.statement import Statement
from selfhost.audit.model import Accepted, By, Outcome, Report, Result, TargetReport
from selfhost.controls.model import Control, Severity, Status
from selfhost.controls.registry import controls
from selfhost.page import facts
from selfhost.page.model import Page
from selfhost.policy.facts import of_server
from selfhost.policy.in_force import InForce

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
AUDITED = NOW - timedelta(hours=1)
HOST = "a<b>.example"


def result(control: Control, outcome: str = "pass", target: str = HOST) -> Result:
    accepted = {
        Outcome.WAIVED: Accepted(By.WAIVER, "w", "because", "me", "2027-01-01"),
        Outcome.ALLOWED: Accepted(By.PROFILE, "p", "because"),
    }.get(Outcome(outcome))
    return Result(
        control=control.id, title=control.title, category=control.category,
        severity=control.severity, confidence=control.confidence,
        status=Status.FAIL if accepted else Status(outcome), target=target, message="",
        evidence=(), risk="", fix=control.fix, fingerprint="", accepted=accepted,
    )  # fmt: skip


JUDGED = [control for control in controls() if of_server(control)]
KEPT = (("jicofo", 3), ("nginx", 1))
REPORT = Report(
    (
        TargetReport(
            HOST, f"{AUDITED:%Y-%m-%dT%H:%M:%SZ}", tuple(map(result, JUDGED)), (), (), kept=KEPT
        ),
    ),
    Severity.LOW,
    "1.2.3",
    len(JUDGED),
    "0" * 64,
)
STATEMENT = Statement(
    digest="0" * 64, host="meet.example.org", sequence=1, previous="", issued=NOW,
    expires=AUDITED + timedelta(days=8), audited=AUDITED, policy="pass", evidence="complete",
    profile="private", fail_on="low", version="1.2.3", catalogue="0" * 64, report="0" * 64,
    servers=1, reached=1, listed={}, counts={}, promise=None,
)  # fmt: skip

Make = Callable[..., Page]


def changed(report: Report, outcomes: dict[str, str]) -> Report:
    """With other outcomes of some controls, by id."""
    known = {control.id: control for control in JUDGED}
    return report.mapped(
        lambda one: (
            result(known[one.control], outcomes[one.control], one.target)
            if one.control in outcomes
            else one
        )
    )


@pytest.fixture
def made() -> Make:
    """The page, with other outcomes of some controls, at some time."""

    def make(
        outcomes: dict[str, str] | None = None, now: datetime = NOW, *, signed: bool = True,
        report: Report = REPORT, promised: InForce | None = None, profile: str = "private",
    ) -> Page:  # fmt: skip
        found = replace(changed(report, outcomes or {}), profile=profile)
        expires = STATEMENT.expires if signed else None
        return facts.page(found, STATEMENT.host, promised or InForce(), now, expires)

    return make
