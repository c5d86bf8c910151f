"""Numbers that an audit shows, for sentences such as "logs are kept for 3 days at most". Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from selfhost.audit.model import Report, Result, TargetReport
from selfhost.controls import registry
from selfhost.controls.model import Control, Status
from selfhost.evidence.plan import step
from selfhost.policy.model import Evidence

#: Logs in files, and systemd's journal.
_LOGS = ("host-log-rotation", "host-journal-retention")
_CONTAINERS = "container-logs"


@dataclass(frozen=True, slots=True)
class Part:
    """One measured value; ``None`` is without an end."""

    value: int | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Measure:
    """What was measured, and why that may not be all."""

    parts: tuple[Part, ...]
    unclear: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """``controls`` are those that look where it is measured."""

    controls: tuple[str, ...]
    measure: Callable[[Report, date], Measure]


def of_server(control: Control) -> bool:
    """Whether a running server's own evidence judges it; not a view from outside alone."""
    return not any(step(need).only for need in control.needs)


def servers(report: Report) -> tuple[TargetReport, ...]:
    """The targets that were looked at from inside."""
    inside = {control.id for control in registry.controls() if of_server(control)}
    return tuple(
        target
        for target in report.targets
        if any(result.control in inside for result in target.results)
    )


def _log_days(report: Report, _today: date) -> Measure:
    parts: list[Part] = []
    unclear: list[Evidence] = []
    for target in servers(report):
        results = {result.control: result for result in target.results}
        unclear += _unclear_logs(target, results)
        for log, days in target.kept:
            control = _LOGS[1] if log == "journal" else _LOGS[0]
            message = f"{log}: " + ("without an end" if days is None else f"{days} days")
            cited = Evidence.of(results[control]).places if control in results else ()
            parts.append(Part(days, Evidence(control, target.target, "measured", message, cited)))
    return Measure(tuple(parts), tuple(unclear))


def _unclear_logs(target: TargetReport, results: dict[str, Result]) -> Iterator[Evidence]:
    for control in _LOGS:
        result = results.get(control)
        if result is None:
            yield Evidence.missing(control, target.target)
        elif result.status is Status.UNKNOWN:
            yield Evidence.of(result)
    rotation = results.get(_LOGS[0])
    judged = rotation is not None and rotation.status in (Status.PASS, Status.FAIL)
    if judged and not any(log != "journal" for log, _ in target.kept):
        message = "the report does not tell for how many days logs are kept: audit again"
        yield Evidence(_LOGS[0], target.target, "unknown", message)
    containers = results.get(_CONTAINERS)
    if containers is not None and containers.status is not Status.NOT_APPLICABLE:
        message = "logs of containers are kept by size, not by days"
        yield Evidence(_CONTAINERS, target.target, "unknown", message)


def _audit_age(report: Report, today: date) -> Measure:
    parts: list[Part] = []
    unclear: list[Evidence] = []
    for target in servers(report):
        try:
            day = date.fromisoformat(target.collected_at[:10])
        except ValueError:
            unclear.append(Evidence("", target.target, "unknown", "it has no time of collection"))
            continue
        evidence = Evidence("", target.target, "measured", f"looked at on {day}")
        parts.append(Part((today - day).days, evidence))
    return Measure(tuple(parts), tuple(unclear))


#: Both in days.
FACTS = {"log-days": Fact(_LOGS, _log_days), "audit-age": Fact((), _audit_age)}
