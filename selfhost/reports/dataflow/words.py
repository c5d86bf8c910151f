"""The states of the picture in words."""

from collections.abc import Iterator

from selfhost.reports.dataflow.model import Flows, State

#: A sign and a word for each state.
WORDS = {
    State.OPEN: "✗ open",
    State.ACCEPTED: "~ open, accepted",
    State.UNKNOWN: "? unknown",
    State.KEPT: "✓ stays here",
    State.CLOSED: "✓ closed",
    State.ABSENT: "– not there",
}
#: What its arrow means; what is not there has none.
LEGEND = {
    State.OPEN: "open: a finding says that it flows, or can",
    State.ACCEPTED: "open, and somebody answers for it",
    State.UNKNOWN: "unknown: nothing proves it either way",
    State.KEPT: "flows, as it has to, and stays here",
    State.CLOSED: "proved closed",
}


def said(flows: Flows) -> str:
    """The picture in a sentence."""
    return f"Of {len(flows.main)} ways for data to go, {_listed(list(_counts(flows)))}."


def _counts(flows: Flows) -> Iterator[str]:
    for state, one, many in (
        (State.OPEN, "is open", "are open"),
        (State.ACCEPTED, "is open and accepted", "are open and accepted"),
        (State.UNKNOWN, "is unknown", "are unknown"),
        (State.KEPT, "carries the meeting itself", "carry the meeting itself"),
        (State.CLOSED, "is proved closed", "are proved closed"),
        (State.ABSENT, "is not there", "are not there"),
    ):
        if count := flows.count(state):
            yield f"{count} {one if count == 1 else many}"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
