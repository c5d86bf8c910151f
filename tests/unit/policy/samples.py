"""Audits and policies that the tests of this folder look at."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

from selfhost.audit.model import Citation, Report, Result, TargetReport
from selfhost.controls.model import Severity, Status
from selfhost.controls.registry import controls, digest
from selfhost.policy import load
from selfhost.policy.facts import of_server
from selfhost.policy.model import Policy, Promise, Sentence

TODAY = date(2026, 11, 28)
DOMAIN = "meet.example.test"
HEAD = "controller: {name: An association, contact: mail@example.test}\nnotice_days: 14\n"


def result(control_id: str, status: Status = Status.PASS, target: str = DOMAIN) -> Result:
    control = next(one for one in controls() if one.id == control_id)
    return Result(
        control=control.id,
        title=control.title,
        category=control.category,
        severity=control.severity,
        confidence=control.confidence,
        status=status,
        target=target,
        message=f"it is {status}",
        evidence=(Citation("/etc/x.conf", 7, "key", "key = value", "0" * 64),),
        risk=control.risk,
        fix=control.fix,
        fingerprint="0" * 32,
    )


def server(name: str = DOMAIN, without: Iterable[str] = (), **statuses: Status) -> TargetReport:
    """A server on which every control passes, but those of ``statuses`` (``_`` for ``-``)."""
    given = {name_.replace("_", "-"): status for name_, status in statuses.items()}
    given.setdefault("container-logs", Status.NOT_APPLICABLE)
    left_out = set(without)
    return TargetReport(
        target=name,
        collected_at="2026-11-27T04:00:00Z",
        results=tuple(
            result(control.id, given.get(control.id, Status.PASS), name)
            for control in controls()
            if of_server(control) and control.id not in left_out
        ),
        out_of_scope=tuple(left_out),
        documents=(),
        kept=(("journal", 3), ("nginx", 3), ("prosody", 2)),
    )


def report(*targets: TargetReport) -> Report:
    return Report(targets or (server(),), Severity.LOW, "1.2.3", len(controls()), digest())


def without_kept(target: TargetReport) -> TargetReport:
    """As an older report has it."""
    return replace(target, kept=())


def promise(*sentences: Sentence, notice: int = 14) -> Promise:
    return Promise(notice, sentences)


def policy(sentences: str, head: str = HEAD) -> Policy:
    return load.policy(f"{head}promise:\n{sentences}", Path("policy.yml"))
