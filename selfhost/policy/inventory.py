"""What data the servers hold, where, and for how long: from an audit's facts alone. Pure.

What the audit does not show is "not determined"; nothing is taken from what servers usually do.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from selfhost.audit.model import Report, Result, TargetReport
from selfhost.effective.retention import writers
from selfhost.policy.catalogue import load, text
from selfhost.policy.facts import FACTS, servers
from selfhost.policy.judge import judge
from selfhost.policy.model import Evidence, Promise, Sentence, State

_ACCOUNTS = "prosody.accounts"
_ROTATION, _JOURNAL = FACTS["log-days"].controls
_HELD = {State.HOLDS: False, State.BROKEN: True, State.UNKNOWN: None}
#: Of each kind of data, in the column with the reasons.
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Row:
    """A kind of data. ``kept`` says where and for how long, or that it is not; ``shown_by`` are
    the controls and places that it rests on; ``held`` is whether there is any, ``None`` where that
    is not determined."""

    id: str
    name: str
    people: str
    where: str
    kept: str
    shown_by: tuple[str, ...]
    held: bool | None


@cache
def _kinds() -> tuple[Mapping[str, Any], ...]:
    return tuple(load("data.yml"))


def rows(report: Report, today: date, language: str) -> tuple[Row, ...]:
    """Every kind of data, then each log, then accounts."""
    kinds = [
        Sentence(kind["id"], tuple(kind.get("controls", ())), tuple(kind.get("categories", ())))
        for kind in _kinds()
    ]
    judged = judge(Promise(0, tuple(kinds)), report, today)
    people = {kind["id"]: kind["people"] for kind in _kinds()}
    return (
        *(
            _kind(one.sentence, one.state, one.evidence, people[one.sentence.id], language)
            for one in judged
        ),
        *(row for target in servers(report) for row in _logs(target, report, language)),
        *(row for target in servers(report) for row in _accounts(target, report, language)),
    )


def _kind(
    kind: Sentence, state: State, evidence: Sequence[Evidence], people: str, language: str
) -> Row:
    reasons = tuple(
        dict.fromkeys(
            f"{one.control}: {one.message}" if one.control else one.message for one in evidence
        )
    )
    basis = kind.controls or kind.categories
    places = tuple(dict.fromkeys(place for one in evidence for place in one.places))
    return Row(
        id=kind.id,
        name=text(language, f"data.{kind.id}"),
        people=text(language, f"people.{people}"),
        where=", ".join(places[:_SHOWN]) if state is State.BROKEN else "–",
        kept=text(language, f"kept.{state}"),
        shown_by=basis if state is State.HOLDS else reasons[:_SHOWN],
        held=_HELD[state],
    )


def _logs(target: TargetReport, report: Report, language: str) -> Iterator[Row]:
    results = {result.control: result for result in target.results}
    for log, days in target.kept:
        control = _JOURNAL if log == "journal" else _ROTATION
        paths, places = _log_places(log, results.get(control))
        yield Row(
            id=f"log-{log}",
            name=_of(text(language, "data.log", log=log), target, report),
            people=text(language, "people.participants"),
            where=", ".join(paths) or text(language, "unknown"),
            kept=text(language, "kept.endless")
            if days is None
            else text(language, "kept.days", days=days),
            shown_by=(control, *places),
            held=True,
        )
    if not target.kept:
        yield Row(
            id="log",
            name=_of(text(language, "data.logs"), target, report),
            people=text(language, "people.participants"),
            where=text(language, "unknown"),
            kept=text(language, "unknown"),
            shown_by=(),
            held=None,
        )


def _log_places(log: str, result: Result | None) -> tuple[list[str], list[str]]:
    """The files of a log, and where its rule is."""
    if result is None:
        return [], []
    if log == "journal":
        return ["systemd-journald"], list(Evidence.of(result).places[:1])
    cited = [one for one in result.evidence if log in writers(one.key)]
    return [one.key for one in cited], [f"{one.path}:{one.line}" for one in cited]


def _accounts(target: TargetReport, report: Report, language: str) -> Iterator[Row]:
    """Files with accounts of the chat server, by the listing of their folder."""
    seen = [one for one in target.documents if one.source == _ACCOUNTS]
    state = {"present": State.BROKEN, "absent": State.HOLDS}
    found = [state.get(one.state, State.UNKNOWN) for one in seen] or [State.UNKNOWN]
    worst = next(one for one in (State.BROKEN, State.UNKNOWN, State.HOLDS) if one in found)
    kept = {State.BROKEN: "kept.accounts", State.UNKNOWN: "unknown", State.HOLDS: "kept.holds"}
    yield Row(
        id="accounts",
        name=_of(text(language, "data.accounts"), target, report),
        people=text(language, "people.holders"),
        where=", ".join(one.path for one in seen if one.state == "present") or "–",
        kept=text(language, kept[worst]),
        shown_by=tuple(one.path for one in seen),
        held=_HELD[worst],
    )


def _of(name: str, target: TargetReport, report: Report) -> str:
    """Which server, where there are several."""
    return f"{name} ({target.target})" if len(servers(report)) > 1 else name
