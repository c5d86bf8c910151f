"""What can be wrong with a statement or a chain of them: a stable code and a sentence each."""

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """Never renamed; only added to."""

    TOO_LARGE = "too-large"
    TRUNCATED = "truncated"
    NOT_JSON = "not-json"
    DUPLICATE_KEY = "duplicate-key"
    NOT_AN_ENVELOPE = "not-an-envelope"
    WRONG_PAYLOAD_TYPE = "wrong-payload-type"
    UNKNOWN_ALGORITHM = "unknown-algorithm"
    WRONG_KEY = "wrong-key"
    ALTERED = "altered"
    UNKNOWN_VERSION = "unknown-version"
    WRONG_PREDICATE = "wrong-predicate"
    MALFORMED = "malformed"
    WRONG_HOST = "wrong-host"
    BROKEN_CHAIN = "broken-chain"
    MISSING_LINK = "missing-link"
    FORKED = "forked"
    REPLAYED = "replayed"
    BACKWARDS = "backwards"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    AUDIT_FAILED = "audit-failed"
    AUDIT_PARTIAL = "audit-partial"
    PROMISE_BROKEN = "promise-broken"
    PROMISE_UNKNOWN = "promise-unknown"
    PROMISE_EARLY = "promise-early"
    PROMISE_UNANNOUNCED = "promise-unannounced"

    @property
    def sentence(self) -> str:
        """What it means for whoever verifies."""
        return _SENTENCES[self]


_SENTENCES = {
    Code.TOO_LARGE: "It is larger than statements can be.",
    Code.TRUNCATED: "It was cut off: the end is missing.",
    Code.NOT_JSON: "It is not JSON, so it is no statement.",
    Code.DUPLICATE_KEY: "A key stands in it twice, so that two programs would read two things.",
    Code.NOT_AN_ENVELOPE: "It is JSON, but not a DSSE envelope.",
    Code.WRONG_PAYLOAD_TYPE: "What is signed is of another type than an in-toto statement.",
    Code.UNKNOWN_ALGORITHM: "It is signed with another algorithm than Ed25519.",
    Code.WRONG_KEY: "It is signed with another key than yours.",
    Code.ALTERED: "The signature does not fit the text: one of them was changed.",
    Code.UNKNOWN_VERSION: "It is of a version that this selfhost does not know; update selfhost.",
    Code.WRONG_PREDICATE: "It is signed, but a statement about something else than an audit.",
    Code.MALFORMED: "It is signed, but not whole, or a value in it cannot be.",
    Code.WRONG_HOST: "It is about another server than the one that you asked for.",
    Code.BROKEN_CHAIN: "It does not follow from the statement before it: one was rewritten.",
    Code.MISSING_LINK: "Statements are missing from the chain.",
    Code.FORKED: "There are two different statements with the same number: history was rewritten.",
    Code.REPLAYED: "It is an old statement in the place of a newer one.",
    Code.BACKWARDS: "It says it was signed before the statement that it follows.",
    Code.NOT_YET_VALID: "It says it was signed in the future: a clock is wrong, yours or theirs.",
    Code.EXPIRED: "It has expired, and there is no newer one: nobody vouches for the server now.",
    Code.AUDIT_FAILED: "The statement is genuine, and says that the audit FAILED.",
    Code.AUDIT_PARTIAL: "The statement is genuine, and says that the audit could not see all.",
    Code.PROMISE_BROKEN: "It says that the server does not do what was promised.",
    Code.PROMISE_UNKNOWN: "It says that the audit could not tell whether a promise is kept.",
    Code.PROMISE_EARLY: "The promise changed, or is to change, before the time that was promised.",
    Code.PROMISE_UNANNOUNCED: "The promise changed, and no statement before had announced it.",
}

#: About the audit, the time or the promise, not about tampering: the chain itself is good.
NOT_INTEGRITY = frozenset(
    {
        *(Code.NOT_YET_VALID, Code.EXPIRED, Code.AUDIT_FAILED, Code.AUDIT_PARTIAL),
        *(Code.PROMISE_BROKEN, Code.PROMISE_UNKNOWN, Code.PROMISE_EARLY, Code.PROMISE_UNANNOUNCED),
    }
)

#: What could not be told, and nothing worse.
INCONCLUSIVE = frozenset({Code.AUDIT_PARTIAL, Code.PROMISE_UNKNOWN})


@dataclass(frozen=True, slots=True)
class Problem:
    """``where`` is the place (a file, a line, a statement's number), ``detail`` may be empty."""

    code: Code
    where: str
    detail: str = ""

    def __str__(self) -> str:
        more = f" ({self.detail})" if self.detail else ""
        return f"{self.code}: {self.where}: {self.code.sentence}{more}"


class ProblemError(Exception):
    """A problem that ends the reading of one statement; never leaves this package."""

    def __init__(self, code: Code, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
