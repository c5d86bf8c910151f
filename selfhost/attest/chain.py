"""Statements together: do they follow from each other, and is the newest one good now. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from selfhost.attest import dsse, promise, statement
from selfhost.attest.problems import NOT_INTEGRITY, Code, Problem, ProblemError
from selfhost.attest.statement import Statement

#: How far apart two honest clocks may be.
SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Sealed:
    """An envelope as it was found, and where (a file's name and line)."""

    text: str
    where: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Remembered:
    """The newest statement of an earlier look."""

    sequence: int
    digest: str
    seen: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The good statements in their order, and everything that is wrong."""

    statements: tuple[Statement, ...]
    problems: tuple[Problem, ...]

    @property
    def newest(self) -> Statement | None:
        """The one that counts now."""
        return self.statements[-1] if self.statements else None

    @property
    def genuine(self) -> bool:
        """Whether nothing shows that somebody changed, removed or replaced a statement."""
        return bool(self.statements) and not any(
            problem.code not in NOT_INTEGRITY for problem in self.problems
        )


@dataclass(frozen=True, slots=True)
class Opened:
    """Envelopes whose signatures and hosts were looked at: the good ones, and what is wrong.
    ``host``: whose statements they are."""

    host: str
    found: tuple[tuple[Sealed, Statement], ...]
    problems: tuple[Problem, ...]


def check(
    sealed: Sequence[Sealed],
    key: Ed25519PublicKey,
    now: datetime,
    *,
    host: str = "",
    remembered: Remembered | None = None,
) -> Checked:
    """``opened`` and ``judged`` in one."""
    return judged(opened(sealed, key, host), now, remembered)


def opened(sealed: Sequence[Sealed], key: Ed25519PublicKey, host: str = "") -> Opened:
    """``host``: whose statements they have to be; all of the first one's host by default."""
    problems: list[Problem] = []
    found: list[tuple[Sealed, Statement]] = []
    for one in sealed:
        try:
            read = statement.read(dsse.unseal(one.text, key))
            host = host or read.host
            if read.host != host:
                raise ProblemError(Code.WRONG_HOST, f"{read.host}, not {host}")
            found.append((one, read))
        except ProblemError as error:
            problems.append(Problem(error.code, one.where, error.detail))
    return Opened(host, tuple(found), tuple(problems))


def judged(opened: Opened, now: datetime, remembered: Remembered | None = None) -> Checked:
    """Whether they follow from each other and from what an earlier look saw, and are good now."""
    problems = [*opened.problems, *_order(opened.found)]
    statements = {read.digest: read for _, read in opened.found}.values()
    chain = sorted(statements, key=lambda one: one.sequence)
    # Where one could not be read, what follows from it cannot be told.
    if not opened.problems:
        problems += _links(chain)
        problems += promise.problems(chain)
        if remembered is not None and chain:
            problems += _since(chain, remembered)
    if chain:
        problems += _now(chain[-1], now)
    return Checked(tuple(chain), tuple(problems))


def _order(found: Sequence[tuple[Sealed, Statement]]) -> list[Problem]:
    """Within a file, each number is higher than the one before."""
    problems = []
    newest: dict[str, int] = {}
    for one, read in found:
        if read.sequence <= newest.get(one.file, 0):
            same = any(read.digest == other.digest for place, other in found if place is not one)
            if same or read.sequence < newest[one.file]:
                problems.append(Problem(Code.REPLAYED, one.where, f"number {read.sequence}"))
        newest[one.file] = max(read.sequence, newest.get(one.file, 0))
    return problems


def _links(chain: Sequence[Statement]) -> list[Problem]:
    problems = []
    first = chain[0] if chain else None
    if first is not None and first.sequence == 1 and first.previous:
        problems.append(Problem(Code.BROKEN_CHAIN, "statement 1", "it names one before it"))
    elif first is not None and first.sequence > 1 and not first.previous:
        problems.append(Problem(Code.BROKEN_CHAIN, f"statement {first.sequence}", "names none"))
    elif first is not None and first.sequence > 1 and len(chain) > 1:
        detail = f"1 to {first.sequence - 1}"
        problems.append(Problem(Code.MISSING_LINK, f"before statement {first.sequence}", detail))
    digests: dict[int, set[str]] = {}
    for one in chain:
        digests.setdefault(one.sequence, set()).add(one.digest)
    for before, after in pairwise(chain):
        where = f"statement {after.sequence}"
        if after.sequence == before.sequence:
            problems.append(Problem(Code.FORKED, where))
        elif after.sequence > before.sequence + 1:
            detail = f"{before.sequence + 1} to {after.sequence - 1}"
            problems.append(Problem(Code.MISSING_LINK, f"before {where}", detail))
        elif after.previous not in digests[before.sequence]:
            problems.append(Problem(Code.BROKEN_CHAIN, where))
        elif after.issued < before.issued:
            problems.append(Problem(Code.BACKWARDS, where))
    return problems


def _since(chain: Sequence[Statement], old: Remembered) -> list[Problem]:
    """What an earlier look saw has to be there still, or be followed."""
    newest = chain[-1]
    if newest.sequence < old.sequence:
        detail = f"you saw number {old.sequence} on {old.seen}"
        return [Problem(Code.REPLAYED, f"statement {newest.sequence}", detail)]
    for one in chain:
        if one.sequence == old.sequence:
            same = one.digest == old.digest
            where = f"statement {one.sequence}"
            return [] if same else [Problem(Code.FORKED, where, f"you saw another on {old.seen}")]
    first = chain[0]
    if first.sequence == old.sequence + 1:
        same = first.previous == old.digest
        where = f"statement {first.sequence}"
        return [] if same else [Problem(Code.FORKED, where, f"you saw another on {old.seen}")]
    detail = f"{old.sequence + 1} to {first.sequence - 1}, since you looked on {old.seen}"
    return [Problem(Code.MISSING_LINK, f"before statement {first.sequence}", detail)]


def _now(newest: Statement, now: datetime) -> list[Problem]:
    where = f"statement {newest.sequence}"
    problems = []
    if newest.issued > now + SKEW:
        problems.append(Problem(Code.NOT_YET_VALID, where, f"{newest.issued:%Y-%m-%d %H:%M} UTC"))
    elif newest.expires <= now:
        problems.append(Problem(Code.EXPIRED, where, f"on {newest.expires:%Y-%m-%d %H:%M} UTC"))
    if newest.policy == "fail":
        failed = len(newest.listed.get("fail", ()))
        problems.append(Problem(Code.AUDIT_FAILED, where, f"{failed} findings"))
    elif newest.evidence == "partial":
        problems.append(Problem(Code.AUDIT_PARTIAL, where))
    if newest.promise is not None and newest.promise.broken:
        detail = f"{newest.promise.broken} sentences"
        problems.append(Problem(Code.PROMISE_BROKEN, where, detail))
    elif newest.promise is not None and newest.promise.unknown:
        detail = f"{newest.promise.unknown} sentences"
        problems.append(Problem(Code.PROMISE_UNKNOWN, where, detail))
    return problems
