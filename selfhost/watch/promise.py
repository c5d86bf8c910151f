"""What is told of the site's promise: sentences that the server does not keep any more, or keeps
again. A finding that somebody answers for breaks a promise all the same, and a bound of the
promise may be tighter than that of the audit."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from selfhost.audit.model import Report
from selfhost.errors import UsageError
from selfhost.history import store
from selfhost.history.model import Entry
from selfhost.policy import keep
from selfhost.policy.catalogue import said
from selfhost.policy.in_force import in_force
from selfhost.policy.judge import judge
from selfhost.policy.model import Judged, State
from selfhost.reports import read_back
from selfhost.reports.escape import printable
from selfhost.watch.notice import Kind, Notice

_WORDS = {State.BROKEN: "not kept", State.UNKNOWN: "cannot be told", State.HOLDS: "kept again"}


def changed(
    folder: Path, site: str, report: Report, before: Entry | None, today: date
) -> Notice | None:
    """What is different since the audit ``before``; all that is not kept where there was none.
    ``None`` where nothing is, or nothing is promised."""
    now = _judged(folder, report, today)
    was = _states(folder, before)
    found = [one for name, one in now.items() if was.get(name, State.HOLDS) is not one.state]
    if not found:
        return None
    worse = [one for one in found if one.state is not State.HOLDS]
    lines = [line for one in found for line in _lines(one)]
    told = [
        f"{number} {word}"
        for state, word in _WORDS.items()
        if (number := sum(one.state is state for one in found))
    ]
    details = {"promise": [{"id": one.sentence.id, "state": str(one.state)} for one in found]}
    return Notice(
        Kind.WORSE if worse else Kind.CHANGED,
        site,
        f"{printable(site)}: of what is promised, {', '.join(told)}",
        (*lines, "", "More: selfhost policy check"),
        details,
    )


def _lines(one: Judged) -> list[str]:
    why = dict.fromkeys(evidence.control or evidence.message for evidence in one.evidence)
    because = f" ({', '.join(list(why)[:5])})" if why else ""
    return [f"{_WORDS[one.state]}: {said(one.sentence, 'en')}{printable(because)}"]


def _judged(folder: Path, report: Report, today: date) -> Mapping[str, Judged]:
    now = in_force(keep.changes(folder), today).now
    judged = judge(now.promise, report, today) if now else ()
    return {one.sentence.id: one for one in judged}


def _states(folder: Path, before: Entry | None) -> Mapping[str, State]:
    """By the promise and the audit of then; nothing where that cannot be read any more."""
    if before is None:
        return {}
    try:
        report = read_back.report(store.report(folder, before), f"audit {before.id}")
        judged = _judged(folder, report, date.fromisoformat(before.at[:10]))
    except UsageError:
        return {}
    return {name: one.state for name, one in judged.items()}
