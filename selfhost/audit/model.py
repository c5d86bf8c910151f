"""The one result model that every report format renders."""

from collections.abc import Callable
from dataclasses import dataclass, replace
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


class By(StrEnum):
    """What accepts a failure."""

    WAIVER = "waiver"
    PROFILE = "profile"


@dataclass(frozen=True, slots=True)
class Accepted:
    """Why a failure does not fail the policy. It stays a failure, and is shown as one that
    somebody answers for. A profile has no ``owner``; its ``name`` is the profile's. ``expires``
    is an ISO date."""

    by: By
    name: str
    reason: str
    owner: str = ""
    expires: str = ""


class Change(StrEnum):
    """How a result compares with an earlier audit's."""

    NEW = "new"  # a failure where there was none
    FIRST = "first-asked"  # it fails, and the earlier catalogue did not have its control
    WORSE = "worse"  # it failed before: now in more places, more severe, or accepted no more
    UNSEEN = "unseen"  # it was judged before, and now it is not
    FIXED = "fixed"
    UNCHANGED = "unchanged"

    @property
    def bad(self) -> bool:
        """Whether a failure got there or got worse."""
        return self in (Change.NEW, Change.FIRST, Change.WORSE)


class Outcome(StrEnum):
    """What a report shows of a result: its status, but a failure that is accepted is apart."""

    FAIL = "fail"
    WAIVED = "waived"
    ALLOWED = "allowed"
    UNKNOWN = "unknown"
    PASS = "pass"  # noqa: S105 - a verdict, not a secret
    NOT_APPLICABLE = "not-applicable"


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
    accepted: Accepted | None = None
    change: Change | None = None

    @property
    def outcome(self) -> Outcome:
        """The status, with what is accepted told apart from what fails."""
        if self.status is Status.FAIL and self.accepted is not None:
            return Outcome.WAIVED if self.accepted.by is By.WAIVER else Outcome.ALLOWED
        return Outcome(self.status)


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
    """All results of one target. ``unreachable`` says why nothing was collected, or is empty;
    ``versions`` are the installed packages of the programs that the catalogue knows; ``kept`` are
    logs and for how many days they are kept at most (``None``: without an end), by who writes
    them (a component, ``syslog`` or ``journal``)."""

    target: str
    collected_at: str
    results: tuple[Result, ...]
    out_of_scope: tuple[str, ...]
    documents: tuple[Seen, ...]
    unreachable: str = ""
    versions: tuple[tuple[str, str], ...] = ()
    kept: tuple[tuple[str, int | None], ...] = ()


class Policy(StrEnum):
    """Whether the rules hold."""

    PASS = "pass"  # noqa: S105 - a verdict, not a secret
    FAIL = "fail"


class Completeness(StrEnum):
    """Whether all that had to be seen was seen."""

    COMPLETE = "complete"
    PARTIAL = "partial"


class WaiverState(StrEnum):
    """What became of a waiver in one audit."""

    USED = "used"
    EXPIRED = "expired"
    UNUSED = "unused"  # its control was judged on its targets, and nothing there is to be waived
    NOT_JUDGED = "not-judged"  # neither its targets nor its control were part of this audit


@dataclass(frozen=True, slots=True)
class WaiverUse:
    """A waiver and what became of it. ``place`` is the line of its file; ``days`` are left until
    it expires, negative when it has."""

    control: str
    target: str
    reason: str
    owner: str
    expires: str
    place: str
    state: WaiverState
    days: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """One difference to an earlier audit. ``was`` and ``now`` are outcomes; empty where the
    control was not judged. ``by_catalogue``: all that it rests on is as it was, and the controls
    are not, so that the control changed and not the server."""

    change: Change
    control: str
    title: str
    severity: Severity
    target: str
    was: str
    now: str
    message: str = ""
    by_catalogue: bool = False


class FactKind(StrEnum):
    """What a fact is about."""

    FILE = "file"
    PACKAGE = "package"
    SETTING = "setting"
    REACHED = "reached"


@dataclass(frozen=True, slots=True)
class FactChange:
    """A difference that is no verdict: a file, a package's version, a line that a control rests
    on. ``was`` and ``now`` are states, versions or lines; empty where there was or is none."""

    kind: FactKind
    target: str
    name: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """An earlier audit's report, and what is different since. ``unchanged`` counts old failures;
    ``new_controls`` are those that the catalogue has got since."""

    name: str
    collected_at: str
    changes: tuple[Changed, ...]
    unchanged: int = 0
    facts: tuple[FactChange, ...] = ()
    new_controls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """An audit of one or more targets.

    ``fail_on`` is the severity from which a finding fails it; ``None`` stands for never.
    ``unknown_fails`` is a profile's: what cannot be told fails too. ``new_only``: only what got
    worse since the baseline fails.
    """

    targets: tuple[TargetReport, ...]
    fail_on: Severity | None
    version: str
    controls: int
    controls_digest: str
    profile: str = "private"
    unknown_fails: bool = False
    new_only: bool = False
    waivers: tuple[WaiverUse, ...] = ()
    baseline: Baseline | None = None

    @property
    def results(self) -> tuple[Result, ...]:
        """The results of every target."""
        return tuple(result for target in self.targets for result in target.results)

    def count(self, outcome: Outcome) -> int:
        """How many results have this outcome."""
        return sum(result.outcome is outcome for result in self.results)

    @property
    def policy(self) -> Policy:
        """Fails on one failure at or above ``fail_on`` that nobody answers for."""
        return Policy.FAIL if any(map(self._fails, self.results)) else Policy.PASS

    def _fails(self, result: Result) -> bool:
        if self.fail_on is None or result.severity.rank < self.fail_on.rank:
            return False
        if result.outcome is Outcome.UNKNOWN:
            return self.unknown_fails
        if result.outcome is not Outcome.FAIL:
            return False
        return not self.new_only or (result.change is not None and result.change.bad)

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

    def mapped(self, change: Callable[[Result], Result]) -> "Report":
        """The report with each result put through ``change``."""
        targets = tuple(
            replace(target, results=tuple(map(change, target.results))) for target in self.targets
        )
        return replace(self, targets=targets)
