"""The one result model that every report format renders."""

from dataclasses import dataclass
from enum import StrEnum

from selfhost.controls.model import Category, Confidence, Fix, Severity, Status
from selfhost.exitcodes import ExitCode


@dataclass(frozen=True, slots=True)
class Citation:
    """A place that a result rests on. ``excerpt`` is the line itself, secrets replaced;
    ``sha256`` is of the source's raw bytes; ``overrides`` are places whose value lost."""

    path: str
    line: int
    key: str
    excerpt: str
    sha256: str
    overrides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What one control says of one target.

    ``settable_by_link``: the keys it rests on that a meeting link can set for whoever opens it,
    so that the result holds for the client alone.
    """

    control: str
    title: str
    category: Category
    severity: Severity
    confidence: Confidence
    status: Status
    target: str
    message: str
    evidence: tuple[Citation, ...]
    risk: str
    fix: Fix
    fingerprint: str
    settable_by_link: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """One document of the evidence, for the list of what was looked at."""

    source: str
    path: str
    state: str
    reason: str
    sha256: str


@dataclass(frozen=True, slots=True)
class TargetReport:
    """All results of one target. ``unreachable`` says why nothing was collected, or is empty."""

    target: str
    collected_at: str
    results: tuple[Result, ...]
    out_of_scope: tuple[str, ...]
    documents: tuple[Seen, ...]
    unreachable: str = ""


class Policy(StrEnum):
    """Whether the rules hold."""

    PASS = "pass"  # noqa: S105 - a verdict, not a secret
    FAIL = "fail"


class Completeness(StrEnum):
    """Whether all that had to be seen was seen."""

    COMPLETE = "complete"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class Report:
    """An audit of one or more targets. ``fail_on`` is the severity from which a finding fails it;
    ``None`` stands for never."""

    targets: tuple[TargetReport, ...]
    fail_on: Severity | None
    version: str
    controls: int
    controls_digest: str

    @property
    def results(self) -> tuple[Result, ...]:
        """The results of every target."""
        return tuple(result for target in self.targets for result in target.results)

    def count(self, status: Status) -> int:
        """How many results have this status."""
        return sum(result.status is status for result in self.results)

    @property
    def policy(self) -> Policy:
        """Fails on one failure at or above ``fail_on``."""
        failed = any(
            result.status is Status.FAIL
            and self.fail_on is not None
            and result.severity.rank >= self.fail_on.rank
            for result in self.results
        )
        return Policy.FAIL if failed else Policy.PASS

    @property
    def completeness(self) -> Completeness:
        """Partial when anything is unknown, a target gave nothing, or nothing was judged."""
        judged = any(r.status in (Status.PASS, Status.FAIL) for r in self.results)
        partial = (
            not judged
            or any(target.unreachable for target in self.targets)
            or any(result.status is Status.UNKNOWN for result in self.results)
        )
        return Completeness.PARTIAL if partial else Completeness.COMPLETE

    @property
    def exit_code(self) -> ExitCode:
        """A finding wins over what is inconclusive."""
        if self.policy is Policy.FAIL:
            return ExitCode.FINDINGS
        if self.completeness is Completeness.PARTIAL:
            return ExitCode.INCONCLUSIVE
        return ExitCode.OK
