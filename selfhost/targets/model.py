"""What every target is: a name, and a way to its evidence."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from selfhost.evidence.model import Document, Evidence, State
from selfhost.evidence.plan import Step

Plan = Sequence[Step]


class Target(Protocol):
    """Something that can be audited."""

    @property
    def name(self) -> str:
        """As the user would name it, and as reports show it."""
        ...

    def collect(self, plan: Plan | None = None) -> Evidence:
        """Look at all that the plan names (default: all that this kind of target can give).

        Raises TargetError when it could not be reached or read as a whole.
        """
        ...


def now() -> str:
    """The time of collection as evidence holds it: UTC, whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def documents(records: Iterable[Mapping[str, Any]]) -> tuple[Document, ...]:
    """The collector's records as documents."""
    return tuple(Document(**{**record, "state": State(record["state"])}) for record in records)
