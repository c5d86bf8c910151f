"""From a report, and until when it is signed for, to what the page tells. Pure.

Of what servers said (their names, lines of files) nothing is used.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from selfhost.audit.model import Completeness, Outcome, Policy, Report
from selfhost.errors import UsageError
from selfhost.page import clock
from selfhost.page.model import Held, Page, Sentence, State
from selfhost.policy.catalogue import standards
from selfhost.policy.in_force import InForce
from selfhost.policy.judge import judge
from selfhost.policy.model import Judged, Promise
from selfhost.policy.model import State as Kept

#: Profile that allows a recorder of the own host (``catalog/profiles.yml``).
RECORDING = "internal-recording-with-consent"
#: What a recorder has to do (``policy/sentences.yml``).
_CONSENT = "recording-with-consent"
_ACCEPTED = frozenset({str(Outcome.WAIVED), str(Outcome.ALLOWED)})


def page(
    report: Report, domain: str, promised: InForce, now: datetime, expires: datetime | None
) -> Page:
    """``expires``: until when the statement about this report holds; ``None`` where nobody signed
    it. Without a promise in force, the sentences are those that selfhost brings.

    Raises UsageError where the report reached no server.
    """
    times = [one.collected_at for one in report.targets if one.collected_at]
    if not times:
        raise UsageError("the audit reached no server", hint="selfhost audit, then selfhost attest")
    promise = promised.now.promise if promised.now else unpromised(report.profile)
    sentences = tuple(_sentences(promise, report, now))
    until = clock.rounded(expires) if expires else None
    return Page(
        domain=domain,
        state=_state(report, sentences, until, now),
        checked=datetime.fromisoformat(min(times)),
        until=until,
        servers=len(report.targets),
        controls=len({result.control for result in report.results}),
        version=report.version,
        recording=report.profile == RECORDING,
        consent=_asks(report, now),
        sentences=sentences,
        kept=_kept(report),
        promised=promised,
    )


def _asks(report: Report, now: datetime) -> bool:
    """Whatever the operator promises."""
    only = Promise(0, (standards()[_CONSENT].sentence,))
    return [one.held for one in _sentences(only, report, now)] == [Held.CONFIRMED]


def unpromised(profile: str) -> Promise:
    """What is told of a site without a promise: all but what needs a bound of the operator's, and
    what only sites with another profile can say."""
    found = (one.sentence for one in standards().values() if one.profile in ("", profile))
    return Promise(0, tuple(sentence for sentence in found if not sentence.fact))


def _state(
    report: Report, sentences: Iterable[Sentence], until: datetime | None, now: datetime
) -> State:
    held = {one.held for one in sentences}
    # An audit may be told to fail from a severity on; what is not so is told all the same.
    if report.policy is Policy.FAIL or Held.BROKEN in held:
        return State.FAILED
    if until is None or not clock.steps(now, until):
        return State.EXPIRED
    if report.completeness is Completeness.PARTIAL:
        return State.PARTIAL
    return State.VALID if held <= {Held.CONFIRMED} else State.EXCEPTIONS


def _sentences(promise: Promise, report: Report, now: datetime) -> Iterator[Sentence]:
    passed = {result.control for result in report.results if result.outcome is Outcome.PASS}
    for one in judge(promise, report, now.date()):
        yield Sentence(one.sentence, _held(one, passed))


def _held(one: Judged, passed: set[str]) -> Held:
    if one.state is Kept.BROKEN:
        accepted = all(why.outcome in _ACCEPTED for why in one.evidence)
        return Held.EXCEPTED if accepted else Held.BROKEN
    # Where all that it rests on is not applicable, nobody looked at anything; a fact was measured.
    looked = bool(one.sentence.fact) or not passed.isdisjoint(one.controls)
    return Held.CONFIRMED if one.state is Kept.HOLDS and looked else Held.OPEN


def _kept(report: Report) -> tuple[tuple[str, int | None], ...]:
    """Of several servers, the one that keeps a log longest."""
    found: dict[str, list[int | None]] = {}
    for target in report.targets:
        for log, days in target.kept:
            found.setdefault(log, []).append(days)
    return tuple(
        (log, None if None in days else max(one for one in days if one is not None))
        for log, days in sorted(found.items())
    )
