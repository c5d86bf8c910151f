"""From a report and the statement about it to what the page tells. Pure.

The report is this machine's own, out of the history; what in it came from servers (targets'
names, lines of files) is not used.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from selfhost.attest.statement import Statement
from selfhost.audit.model import Outcome
from selfhost.controls.model import Category, Control
from selfhost.errors import UsageError
from selfhost.page import clock
from selfhost.page.model import Held, Page, Sentence, State

#: Profile that allows a recorder of the own host (``catalog/profiles.yml``).
RECORDING = "internal-recording-with-consent"
#: Of several servers, and of several controls, the worst counts.
_WORST = (
    (Held.BROKEN, (Outcome.FAIL,)),
    (Held.EXCEPTED, (Outcome.WAIVED, Outcome.ALLOWED)),
    (Held.OPEN, (Outcome.UNKNOWN,)),
    (Held.CONFIRMED, (Outcome.PASS,)),
)


def page(
    document: Mapping[str, Any],
    statement: Statement,
    controls: Iterable[Control],
    now: datetime,
    *,
    signed: bool,
) -> Page:
    """``document``: the JSON report; ``signed``: whether the statement is about it, or it is a
    later one that found something worse. Raises UsageError for a report that is not whole."""
    try:
        checked = min(
            datetime.fromisoformat(one["collected_at"])
            for one in document["targets"]
            if one["collected_at"]
        )
        sentences = tuple(_judged(document, list(controls)))
        # It may be told to fail from a severity on; a sentence that does not hold is no such thing.
        failed = document["verdict"]["policy"] != "pass" or any(
            one.held is Held.BROKEN for one in sentences
        )
        partial = document["verdict"]["evidence"] != "complete"
        until = clock.rounded(statement.expires) if signed else None
        state = State.VALID
        if failed:
            state = State.FAILED
        elif until is None or not clock.steps(now, until):
            state = State.EXPIRED
        elif partial:
            state = State.PARTIAL
        elif any(one.held is not Held.CONFIRMED for one in sentences):
            state = State.EXCEPTIONS
        return Page(
            domain=statement.host,
            state=state,
            checked=checked,
            until=until,
            servers=len(document["targets"]),
            controls=len({result["control"] for result in document["results"]}),
            version=document["tool"]["version"],
            recording=document["profile"] == RECORDING,
            sentences=sentences,
            kept=_kept(document),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise UsageError(
            "the report is not whole", hint="audit again: selfhost audit, then selfhost attest"
        ) from None


@cache
def entries() -> tuple[Mapping[str, Any], ...]:
    """The entries of ``sentences.yml``."""
    text = files("selfhost.page").joinpath("sentences.yml").read_text("utf-8")
    return tuple(yaml.safe_load(text))


def bound(sentence: Mapping[str, Any], controls: Iterable[Control]) -> frozenset[str]:
    """The controls that a sentence rests on."""
    if "controls" in sentence:
        return frozenset(sentence["controls"])
    category = Category(sentence["category"])
    return frozenset(control.id for control in controls if control.category is category)


def _judged(document: Mapping[str, Any], controls: list[Control]) -> Iterable[Sentence]:
    found: dict[str, set[Outcome]] = {}
    for result in document["results"]:
        found.setdefault(result["control"], set()).add(Outcome(result["outcome"]))
    # Not given, so not looked at: no server is without them.
    unseen = {name for target in document["targets"] for name in target["out_of_scope"]}
    everywhere = not any(target["unreachable"] for target in document["targets"])
    for sentence in entries():
        on = bound(sentence, controls)
        outcomes = set().union(*(found.get(name, set()) for name in on))
        if on & unseen or not everywhere:
            outcomes.add(Outcome.UNKNOWN)
        held = next((held for held, some in _WORST if outcomes.intersection(some)), Held.OPEN)
        yield Sentence(sentence["id"], held)


def _kept(document: Mapping[str, Any]) -> tuple[tuple[str, int | None], ...]:
    """Of several servers, the one that keeps a log longest."""
    found: dict[str, list[int | None]] = {}
    for target in document["targets"]:
        for entry in target.get("kept", ()):
            days = None if entry["days"] is None else int(entry["days"])
            found.setdefault(str(entry["log"]), []).append(days)
    return tuple(
        (log, None if None in days else max(one for one in days if one is not None))
        for log, days in sorted(found.items())
    )
