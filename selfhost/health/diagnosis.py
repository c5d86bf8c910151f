"""What a rule of the doctor is, and what it finds. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from selfhost.health.expected import Expected
from selfhost.health.facts import Facts
from selfhost.provision.checks import DnsAnswer


class Symptom(StrEnum):
    """What people notice. The value is the word for ``--symptom``."""

    THIRD = "third-participant"
    ROOM = "room-does-not-open"
    LOGIN = "cannot-log-in"
    PAGE = "page-does-not-open"
    WARNING = "certificate-warning"
    FIREWALLED = "no-sound-behind-firewall"
    SLOW = "slow-or-killed"
    UPDATE = "after-an-update"


#: The same in a user's words.
WORDS = {
    Symptom.THIRD: "Two people hear each other; when a third joins, nobody hears or sees anything",
    Symptom.ROOM: "The page opens, but a room does not: it keeps connecting, or says disconnected",
    Symptom.LOGIN: "People are thrown out, or cannot log in",
    Symptom.PAGE: "The page does not open at all",
    Symptom.WARNING: "Browser or app warns of the certificate",
    Symptom.FIREWALLED: "No sound or picture from a company's, hotel's or school's network",
    Symptom.SLOW: "Everything is slow or stutters, or services are killed",
    Symptom.UPDATE: "After an update nothing works, or updates fail",
}


STARTING_SECONDS = 20  # Java takes its time


@dataclass(frozen=True, slots=True)
class Outside:
    """The public address, tried from this machine. None: not tried, or no answer either way."""

    web: bool | None = None  # TCP 443
    plain_web: bool | None = None  # TCP 80
    media: bool | None = None  # UDP, the bridge's port
    turn: bool | None = None  # UDP 3478
    turn_tls: bool | None = None  # TCP 5349


@dataclass(frozen=True, slots=True)
class Look:
    """All that is known of one host. ``clock_offset``: its time less ours, in seconds."""

    facts: Facts
    expected: Expected
    dns: DnsAnswer
    outside: Outside = Outside()
    clock_offset: float | None = None

    def starting(self, unit: str) -> bool:
        """Whether a service was started a moment ago, so that it cannot be judged yet."""
        found = (self.facts.units or {}).get(unit)
        return (
            found is not None
            and found.active == "active"
            and found.since is not None
            and self.facts.now - found.since < STARTING_SECONDS
        )


@dataclass(frozen=True, slots=True)
class Found:
    """A rule applies: what was seen, and how to mend it where that depends on it."""

    evidence: tuple[str, ...]
    cause: str = ""  # instead of the rule's
    fix: str = ""  # instead of the rule's


@dataclass(frozen=True, slots=True)
class Unclear:
    """A rule could not be decided, for want of something."""

    why: str


Answer = Found | Unclear
Check = Callable[[Look], Iterator[Answer]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A cause that the doctor knows.

    ``rows``: the numbers of the recurring troubles (``recurring.py``) that it answers.
    ``explained_by``: rules whose cause brings this one about, so that it is not told then.
    ``company``: told only beside another diagnosis, as it is harmless alone.
    ``chosen``: the settings want it so; told only when its symptom is asked for.
    """

    id: str
    cause: str
    fix: str
    symptoms: tuple[Symptom, ...]
    check: Check
    rows: tuple[int, ...] = ()
    explained_by: tuple[str, ...] = ()
    company: bool = False
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What ails a host."""

    host: str
    rule: str
    symptoms: tuple[Symptom, ...]
    cause: str
    evidence: tuple[str, ...]
    fix: str


@dataclass(frozen=True, slots=True)
class Undecided:
    """What could not be found out on a host, and which rules wait for it."""

    host: str
    why: str
    rules: tuple[str, ...]
