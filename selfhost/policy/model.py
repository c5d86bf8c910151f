"""What a policy is made of. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from selfhost.audit.model import Result

Texts = Mapping[str, str]  # by language


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the promise, and what it is bound to: all of ``controls``, all controls of
    ``categories``, and the fact ``fact``, a number that is ``at_most`` so much.

    ``text`` is empty for the sentences that selfhost brings (``sentences.yml``)."""

    id: str
    controls: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    fact: str = ""
    at_most: int = 0
    text: Texts = field(default_factory=dict)

    @property
    def own(self) -> bool:
        """Whether the operator wrote it."""
        return bool(self.text)

    def meaning(self) -> dict[str, Any]:
        """What is promised, as JSON. Of a sentence of selfhost's, its id says what."""
        found: dict[str, Any] = {"id": self.id}
        if self.fact:
            found["at_most"] = self.at_most
        if self.own:
            found["text"] = dict(self.text)
            if self.fact:
                found["fact"] = self.fact
            for name in ("controls", "categories"):
                if getattr(self, name):
                    found[name] = sorted(getattr(self, name))
        return found


@dataclass(frozen=True, slots=True)
class Promise:
    """The sentences, and for how many days a change is announced before it takes effect."""

    notice_days: int
    sentences: tuple[Sentence, ...]

    def meaning(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "notice_days": self.notice_days,
            "sentences": [sentence.meaning() for sentence in self.sentences],
        }

    def canonical(self) -> bytes:
        """The same promise gives the same bytes, in whatever order its sentences are."""
        meaning = self.meaning()
        meaning["sentences"].sort(key=lambda sentence: sentence["id"])
        return json.dumps(meaning, sort_keys=True, separators=(",", ":")).encode()

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical bytes: names the promise."""
        return hashlib.sha256(self.canonical()).hexdigest()

    def sentence(self, name: str) -> Sentence | None:
        """The sentence of that id."""
        return next((one for one in self.sentences if one.id == name), None)


@dataclass(frozen=True, slots=True)
class Operator:
    """Who is responsible, and what only they can say; texts by language, empty where not said."""

    name: str
    contact: str
    joint_controller: str = ""
    representative: str = ""
    data_protection_officer: str = ""
    purposes: Texts = field(default_factory=dict)
    legal_basis: Texts = field(default_factory=dict)
    recipients: Texts = field(default_factory=dict)
    transfers: Texts = field(default_factory=dict)
    measures: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole ``policy.yml``."""

    languages: tuple[str, ...]
    operator: Operator
    promise: Promise


class State(StrEnum):
    """What an audit says of a sentence."""

    HOLDS = "holds"
    BROKEN = "broken"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a sentence is broken or cannot be told. ``control`` is empty for what no control judges;
    ``outcome`` as a report has it, or ``measured``, ``missing``; ``places`` are ``path:line``."""

    control: str
    target: str
    outcome: str
    message: str
    places: tuple[str, ...] = ()

    @classmethod
    def of(cls, result: Result) -> "Evidence":
        """A control's result."""
        places = (f"{one.path}:{one.line}" if one.line else one.path for one in result.evidence)
        return cls(
            result.control,
            result.target,
            str(result.outcome),
            result.message,
            tuple(dict.fromkeys(places)),
        )

    @classmethod
    def missing(cls, control: str, target: str) -> "Evidence":
        """A control that was not judged there."""
        return cls(control, target, "missing", "was not judged by this audit")


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence and what an audit says of it. ``controls`` are all that it rests on; ``evidence``
    says why it is broken or unknown, and is empty where it holds."""

    sentence: Sentence
    state: State
    controls: tuple[str, ...]
    evidence: tuple[Evidence, ...] = ()


def overall(judged: Iterable[Judged]) -> State:
    """Broken when one is; else unknown when one is."""
    states = {one.state for one in judged}
    return next((one for one in (State.BROKEN, State.UNKNOWN) if one in states), State.HOLDS)
