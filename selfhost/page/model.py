"""What the page tells, before it is put into words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from selfhost.policy.in_force import InForce
from selfhost.policy.model import Sentence as Promised


class State(StrEnum):
    """What the page says first."""

    VALID = "valid"
    EXCEPTIONS = "exceptions"  # the same, but for what somebody answers for or could not be told
    PARTIAL = "partial"  # genuine and in time, but the audit could not see all
    FAILED = "failed"
    EXPIRED = "expired"


class Held(StrEnum):
    """What became of a sentence."""

    CONFIRMED = "confirmed"
    EXCEPTED = "excepted"  # not so, and somebody answers for it: a waiver, or the profile
    OPEN = "open"  # it could not be told
    BROKEN = "broken"


#: What holds for a time: what is good is said on such a page alone.
TIMED = frozenset({State.VALID, State.EXCEPTIONS, State.PARTIAL})


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the promise, or of those that there are, and what the audit says of it."""

    sentence: Promised
    held: Held


@dataclass(frozen=True, slots=True)
class Page:
    """One page. ``checked``: when the evidence was collected; ``until``: to when the statement
    holds, or held (``None`` where there is none); ``kept`` as in ``TargetReport``;
    ``recording``: the profile allows a recorder on the own host, ``consent``: which was found to
    ask, to tell, and to keep what it records there; ``promised``: the operator's
    promise that the sentences are of, if there is one, and what was announced."""

    domain: str
    state: State
    checked: datetime
    until: datetime | None
    servers: int
    controls: int
    version: str
    recording: bool
    consent: bool
    sentences: tuple[Sentence, ...]
    kept: tuple[tuple[str, int | None], ...]
    promised: InForce

    def those(self, held: Held) -> tuple[Promised, ...]:
        """The sentences of which this became."""
        return tuple(one.sentence for one in self.sentences if one.held is held)
