"""A promise judged against an audit. Pure.

A waived finding breaks a sentence like any other: somebody answers for it, and still the server
does not do what was promised. What was not looked at is unknown, never kept.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from selfhost.audit.model import Report, Result
from selfhost.catalog.profiles import DEFAULT
from selfhost.controls import registry
from selfhost.controls.model import Category, Control, Status
from selfhost.policy.facts import FACTS, of_server, servers
from selfhost.policy.model import Evidence, Judged, Promise, Sentence, State

Results = Mapping[str, Sequence[Result]]  # by control


def judge(promise: Promise, report: Report, today: date) -> tuple[Judged, ...]:
    """What the audit says of each sentence, in their order."""
    results: defaultdict[str, list[Result]] = defaultdict(list)
    for result in report.results:
        results[result.control].append(result)
    inside = [target.target for target in servers(report)]
    unreached = [
        Evidence("", target.target, "missing", f"was not reached: {target.unreachable}")
        for target in report.targets
        if target.unreachable
    ]
    if not inside:
        unreached.append(Evidence("", "", "missing", "no server was looked at from inside"))
    return tuple(
        _judged(sentence, report, results, inside, unreached, today)
        for sentence in promise.sentences
    )


def _judged(
    sentence: Sentence,
    report: Report,
    results: Results,
    inside: Sequence[str],
    unreached: Sequence[Evidence],
    today: date,
) -> Judged:
    broken: list[Evidence] = []
    unclear = [*unreached, *_unbound(sentence)]
    bound = tuple(controls(sentence, report.profile))
    for control, needed in bound:
        found = results.get(control.id, ())
        broken += [Evidence.of(one) for one in found if one.status is Status.FAIL]
        unclear += [Evidence.of(one) for one in found if one.status is Status.UNKNOWN]
        if needed:
            unclear += _missing(control, found, inside)
    if sentence.fact:
        measured_broken, measured_unclear = _measured(sentence, report, today)
        broken += measured_broken
        unclear += measured_unclear
    ids = tuple(control.id for control, _ in bound)
    ids += FACTS[sentence.fact].controls if sentence.fact else ()
    if broken:
        return Judged(sentence, State.BROKEN, ids, tuple(broken))
    if unclear:
        return Judged(sentence, State.UNKNOWN, ids, tuple(unclear))
    return Judged(sentence, State.HOLDS, ids)


def controls(sentence: Sentence, profile: str) -> Iterator[tuple[Control, bool]]:
    """Those that it is bound to, of the controls that a profile judges by, and whether an audit
    without them leaves the sentence open. Of a category, what is seen from outside alone counts
    when it was looked at."""
    for control in registry.controls():
        if not {DEFAULT, profile}.intersection(control.profiles):
            continue
        if {control.id, *control.aliases}.intersection(sentence.controls):
            yield control, True
        elif control.category in sentence.categories:
            yield control, of_server(control)


def _unbound(sentence: Sentence) -> Iterator[Evidence]:
    """What it is bound to and this version does not know: another one announced it."""
    known = {name for control in registry.controls() for name in (control.id, *control.aliases)}
    for name in sentence.controls:
        if name not in known:
            yield Evidence(name, "", "missing", "is no control of this version")
    for name in sentence.categories:
        if name not in set(Category):
            yield Evidence("", "", "missing", f"{name} is no category of this version")


def _missing(
    control: Control, found: Iterable[Result], inside: Sequence[str]
) -> Iterator[Evidence]:
    judged = {one.target for one in found}
    if of_server(control):
        yield from (Evidence.missing(control.id, one) for one in inside if one not in judged)
    elif not judged:
        yield Evidence.missing(control.id, "")


def _measured(
    sentence: Sentence, report: Report, today: date
) -> tuple[list[Evidence], list[Evidence]]:
    """What exceeds the bound, and what leaves it open."""
    measure = FACTS[sentence.fact].measure(report, today)
    over = [
        part.evidence
        for part in measure.parts
        if part.value is None or part.value > sentence.at_most
    ]
    unclear = list(measure.unclear)
    if not measure.parts and not unclear:
        unclear.append(Evidence("", "", "missing", "nothing was measured"))
    return over, unclear
