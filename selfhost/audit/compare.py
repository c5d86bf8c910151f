"""Two audits compared: what got worse, what got better. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from selfhost.audit.facts import differences
from selfhost.audit.model import Baseline, Change, Changed, Outcome, Report, Result
from selfhost.audit.saved import Past, Saved, of
from selfhost.controls.model import Severity, Status
from selfhost.exitcodes import ExitCode

_Key = tuple[str, str]
_JUDGED = (Status.PASS, Status.FAIL, Status.NOT_APPLICABLE)
_ORDER = list(Change)


def since(report: Report, before: Saved) -> Report:
    """The report with each failure's change since ``before``, and with the list of changes."""
    baseline = compare(before, of(report))
    found = {(one.target, one.control): one.change for one in baseline.changes}

    def mark(result: Result) -> Result:
        change = found.get((result.target, result.control))
        if change is None and result.status is Status.FAIL:
            change = Change.UNCHANGED
        return replace(result, change=change)

    return replace(report.mapped(mark), baseline=baseline)


def compare(before: Saved, after: Saved) -> Baseline:
    """What is different in ``after``: the worst kind of change first, then by severity."""
    old, new = _by_key(before.results), _by_key(after.results)
    other_controls = bool(before.catalogue) and before.catalogue != after.catalogue
    first = after.asked - before.asked if other_controls and before.asked else frozenset()
    changes: list[Changed] = []
    unchanged = 0
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key), new.get(key)
        change = _change(was, now)
        if change is Change.NEW and key[1] in first:
            change = Change.FIRST
        if change is Change.UNCHANGED:
            unchanged += 1
        elif change is not None:
            same = other_controls and _rests_on_the_same(was, now, before, after)
            changes.append(_changed(change, was, now, by_catalogue=same))
    changes.sort(key=lambda one: (_ORDER.index(one.change), -one.severity.rank, one.control))
    return Baseline(
        name=before.name,
        collected_at=before.collected_at,
        changes=tuple(changes),
        unchanged=unchanged,
        facts=differences(before.facts, after.facts),
        new_controls=tuple(sorted(first)),
    )


def _rests_on_the_same(was: Past | None, now: Past | None, before: Saved, after: Saved) -> bool:
    """Whether every file that either result cites is known to be as it was."""
    if was is None or now is None:
        return False
    cited = {(now.target, place.partition("#")[0]) for place in was.places | now.places}
    old, new = before.facts.files, after.facts.files
    return bool(cited) and all(
        place in old and place in new and old[place] == new[place] for place in cited
    )


def _by_key(results: Iterable[Past]) -> dict[_Key, Past]:
    return {(result.target, result.control): result for result in results}


def _change(was: Past | None, now: Past | None) -> Change | None:
    """``None`` where there was no failure and is none, and nothing less is known."""
    failed = was is not None and was.status is Status.FAIL
    if now is not None and now.status is Status.FAIL:
        if was is None or not failed:
            return Change.NEW
        return Change.WORSE if _worse(was, now) else Change.UNCHANGED
    if failed:
        return Change.FIXED if now is not None and now.status in _JUDGED else Change.UNSEEN
    if now is None or now.status is not Status.UNKNOWN:
        return None
    return Change.UNSEEN if was is not None and was.status in _JUDGED else None


def _worse(was: Past, now: Past) -> bool:
    return (
        now.severity.rank > was.severity.rank
        or (now.outcome is Outcome.FAIL and was.outcome is not Outcome.FAIL)
        or (now.fingerprint != was.fingerprint and not now.places <= was.places)
    )


def _changed(change: Change, was: Past | None, now: Past | None, *, by_catalogue: bool) -> Changed:
    shown = now or was
    assert shown is not None  # noqa: S101 - a key comes from one of the two
    return Changed(
        change=change,
        control=shown.control,
        title=shown.title,
        severity=shown.severity,
        target=shown.target,
        was=str(was.outcome) if was else "",
        now=str(now.outcome) if now else "",
        message=now.message if now else "",
        by_catalogue=by_catalogue,
    )


def verdict(found: Baseline, fail_on: Severity | None) -> ExitCode:
    """A failure that is new or worse and that nobody answers for wins over what is not seen."""
    if fail_on is not None and any(
        one.change.bad and one.now == Outcome.FAIL and one.severity.rank >= fail_on.rank
        for one in found.changes
    ):
        return ExitCode.FINDINGS
    if any(one.change is Change.UNSEEN for one in found.changes):
        return ExitCode.INCONCLUSIVE
    return ExitCode.OK
