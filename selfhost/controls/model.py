"""What a control is, what it says, and how it is proved both ways."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from selfhost.readers.tree import Node, Origin

# Reports name results and severities alone: who shows one need not load every reader.
if TYPE_CHECKING:
    from selfhost.effective.server import Server


class Category(StrEnum):
    """What a failing control would mean for the people in a call."""

    RECORDING = "recording"
    TRANSCRIPTION = "transcription"
    AI = "ai"
    STREAMING = "streaming"
    THIRD_PARTY = "third-party"
    TELEMETRY = "telemetry"
    RETENTION = "retention"
    EXPOSURE = "exposure"
    INTEGRITY = "integrity"


class Severity(StrEnum):
    """How bad a failure is. ``rank`` orders them: the higher, the worse."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """4 for critical down to 1 for low."""
        return _RANKS[self]


_RANKS = {severity: 4 - place for place, severity in enumerate(Severity)}


class Confidence(StrEnum):
    """``CERTAIN``: the finding is what the program does. ``LIKELY``: judged by names or habits."""

    CERTAIN = "certain"
    LIKELY = "likely"


class Status(StrEnum):
    """The outcome of one control on one target."""

    FAIL = "fail"
    UNKNOWN = "unknown"
    PASS = "pass"  # noqa: S105 - a verdict, not a secret
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True, slots=True)
class Cited:
    """A place that a verdict rests on. ``key`` names the setting as its program spells it."""

    origin: Origin
    key: str = ""
    overrides: tuple[Origin, ...] = ()

    @classmethod
    def node(cls, key: str, node: Node) -> "Cited":
        """The place of a setting that was read."""
        return cls(node.origin, key, node.overrides)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One statement of a check, with what it rests on."""

    status: Status
    message: str
    cited: tuple[Cited, ...] = ()


def fail(message: str, *cited: Cited) -> Verdict:
    """The bad thing is there."""
    return Verdict(Status.FAIL, message, cited)


def unknown(message: str, *cited: Cited) -> Verdict:
    """It cannot be told from what was seen."""
    return Verdict(Status.UNKNOWN, message, cited)


def passed(message: str, *cited: Cited) -> Verdict:
    """It was looked for in these places, and it is not there."""
    return Verdict(Status.PASS, message, cited)


def not_applicable(message: str, *cited: Cited) -> Verdict:
    """What it is about is proved absent."""
    return Verdict(Status.NOT_APPLICABLE, message, cited)


Check = Callable[["Server"], Iterator[Verdict]]


@dataclass(frozen=True, slots=True)
class Fix:
    """How to mend a finding. ``variable`` names a role variable (``jicofo_…``) and ``value`` what
    to set it to; both empty where the roles have no such switch."""

    by_hand: str
    variable: str = ""
    value: str = ""

    @property
    def role(self) -> str:
        """The role that owns the variable, which is also its tag; empty without a variable."""
        name = "jitsi_repository"
        return name if self.variable.startswith(name) else self.variable.partition("_")[0]


@dataclass(frozen=True, slots=True)
class Example:
    """Raw snippets in the real syntax, keyed by evidence source.

    ``at``: the line of the (first) finding inside the snippet, for failing examples that have one.
    ``absent``: sources that were looked for and are not there.
    ``modes``: file modes of sources, octal; ``0640`` otherwise.
    Any other source that the control needs is given as present and empty.
    """

    evidence: Mapping[str, str]
    at: int = 0
    note: str = ""
    absent: tuple[str, ...] = ()
    modes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Control:
    """One thing that is checked. See docs/architecture.md; adding a control is adding a file.

    ``needs``: evidence sources without which nothing can be said (each removed one gives unknown).
    ``surfaces``: ids of the surface catalogue that it judges.
    ``bad``: each yields this control's failure. ``good``: each yields pass or not applicable.
    ``unclear``: each yields unknown. Look-alikes belong into ``good``, noted as such.
    """

    id: str
    title: str
    category: Category
    severity: Severity
    component: str
    needs: tuple[str, ...]
    risk: str
    upstream_default: str
    fix: Fix
    references: tuple[str, ...]
    check: Check
    bad: tuple[Example, ...]
    good: tuple[Example, ...]
    unclear: tuple[Example, ...] = ()
    surfaces: tuple[str, ...] = ()
    confidence: Confidence = Confidence.CERTAIN
    since: str = ""
    gdpr: str = ""
    profiles: tuple[str, ...] = ("private",)
    aliases: tuple[str, ...] = field(default=())


def worst(verdicts: Iterable[Verdict]) -> Status | None:
    """The status that stands for all: fail before unknown before pass before not applicable."""
    found = {verdict.status for verdict in verdicts}
    return next((status for status in Status if status in found), None)
