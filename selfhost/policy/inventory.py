"""What data the servers hold, where, and for how long: from an audit's facts alone. Pure.

What the audit does not show is "not determined"; nothing is taken from what servers usually do.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from selfhost.audit.model import Report, Result, TargetReport
from selfhost.effective.retention import writers
from selfhost.policy.catalogue import load, text, texts
from selfhost.policy.facts import FACTS, servers
from selfhost.policy.judge import judge
from selfhost.policy.model import Evidence, Promise, Sentence, State

_ACCOUNTS = "prosody.accounts"
#: The kind of data (``data.yml``) that the web server's log has where it lists visits.
_VISITS = "visits"
_ROTATION, _JOURNAL = FACTS["log-days"].controls
_HELD = {State.HOLDS: False, State.BROKEN: True, State.UNKNOWN: None}
#: Of each kind of data, in the column with the reasons.
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Row:
    """A kind of data. ``kept`` says for how long, or that it is not; ``shown_by`` are the controls
    and places that it rests on; ``held`` is whether there is any, ``None`` where that is not
    determined; ``server`` is empty for what is told of all together, or of the only one. Of the
    rows of several servers the one with the largest ``weight`` is the worst."""

    id: str
    name: str
    people: str
    where: str
    kept: str
    shown_by: tuple[str, ...]
    held: bool | None
    server: str = ""
    weight: float = 0

    @property
    def named(self) -> str:
        """With its server, where there are several."""
        return f"{self.name} ({self.server})" if self.server else self.name


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
    visits = any(one.sentence.id == _VISITS and one.state is not State.HOLDS for one in judged)
    return (
        *(
            _kind(one.sentence, one.state, one.evidence, people[one.sentence.id], language)
            for one in judged
        ),
        *(row for target in servers(report) for row in _logs(target, report, visits, language)),
        *(row for target in servers(report) for row in _accounts(target, report, language)),
    )


def worst(found: Iterable[Row]) -> tuple[Row, ...]:
    """One row for each kind of data, whatever the number of servers, and no server's name."""
    kinds: dict[str, Row] = {}
    for row in found:
        if row.id not in kinds or row.weight > kinds[row.id].weight:
            kinds[row.id] = row
    return tuple(kinds.values())


def log_words(log: str, visits: bool, language: str) -> str:
    """What a log tells, in words; ``visits``: the web server's may have who asked for what. A log
    that has no words is one of Jitsi's other programs."""
    key = "log.nginx-visits" if log == "nginx" and visits else f"log.{log}"
    return text(language, key if key in texts(language) else "log.jitsi")


def _kind(
    kind: Sentence, state: State, evidence: Sequence[Evidence], people: str, language: str
) -> Row:
    reasons = tuple(dict.fromkeys(map(_reason, evidence)))
    basis = kind.controls or kind.categories
    places = tuple(dict.fromkeys(place for one in evidence for place in one.places))
    unknown = text(language, "unknown")
    return Row(
        id=kind.id,
        name=text(language, f"data.{kind.id}"),
        people=text(language, f"people.{people}"),
        where={
            State.HOLDS: "–",
            State.BROKEN: ", ".join(places[:_SHOWN]) or unknown,
            State.UNKNOWN: unknown,
        }[state],
        kept=text(language, f"kept.{state}"),
        shown_by=basis if state is State.HOLDS else reasons[:_SHOWN],
        held=_HELD[state],
    )


def _reason(evidence: Evidence) -> str:
    if evidence.control:
        return f"{evidence.control}: {evidence.message}"
    return f"{evidence.target} {evidence.message}".strip()


def _logs(target: TargetReport, report: Report, visits: bool, language: str) -> Iterator[Row]:
    results = {result.control: result for result in target.results}
    for log, days in target.kept:
        control = _JOURNAL if log == "journal" else _ROTATION
        paths, places = _log_places(log, results.get(control))
        yield Row(
            id=f"log-{log}",
            name=text(language, "data.log", said=log_words(log, visits, language)),
            people=text(language, "people.participants"),
            where=", ".join(paths) or text(language, "unknown"),
            kept=text(language, "kept.endless")
            if days is None
            else text(language, "kept.days", days=days),
            shown_by=(control, *places),
            held=True,
            server=_server(target, report),
            weight=math.inf if days is None else days,
        )
    if not target.kept:
        yield Row(
            id="log",
            name=text(language, "data.logs"),
            people=text(language, "people.participants"),
            where=text(language, "unknown"),
            kept=text(language, "unknown"),
            shown_by=(),
            held=None,
            server=_server(target, report),
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
    meant = {"present": State.BROKEN, "absent": State.HOLDS}
    found = [meant.get(one.state, State.UNKNOWN) for one in seen] or [State.UNKNOWN]
    state = next(one for one in (State.BROKEN, State.UNKNOWN, State.HOLDS) if one in found)
    kept = {State.BROKEN: "kept.accounts", State.UNKNOWN: "unknown", State.HOLDS: "kept.holds"}
    yield Row(
        id="accounts",
        name=text(language, "data.accounts"),
        people=text(language, "people.holders"),
        where={
            State.HOLDS: "–",
            State.BROKEN: ", ".join(one.path for one in seen if one.state == "present"),
            State.UNKNOWN: text(language, "unknown"),
        }[state],
        kept=text(language, kept[state]),
        shown_by=tuple(one.path for one in seen),
        held=_HELD[state],
        server=_server(target, report),
        weight={State.HOLDS: 0, State.UNKNOWN: 1, State.BROKEN: 2}[state],
    )


def _server(target: TargetReport, report: Report) -> str:
    """Which one, where there are several."""
    return target.target if len(servers(report)) > 1 else ""
