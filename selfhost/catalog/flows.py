"""The nodes and flows of ``flows.yml``: where data of a meeting goes, or could go."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from selfhost.catalog.components import load


@dataclass(frozen=True, slots=True)
class Place:
    """Who takes part. ``zone``: people, server, outside."""

    id: str
    zone: str
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class Way:
    """What could travel from one place to another; fields as in ``flows.yml``.

    ``proof``: entries of controls of which one tells enough, the one for Debian's packages first.
    ``needed``: it has to flow for a meeting to be.
    """

    id: str
    source: str
    sink: str
    needed: bool
    carries: tuple[str, ...]
    proof: tuple[tuple[str, ...], ...]
    also: tuple[str, ...]
    takes: frozenset[str]

    @property
    def controls(self) -> tuple[str, ...]:
        """All that it names, those that prove it first."""
        return tuple(dict.fromkeys([*(name for entry in self.proof for name in entry), *self.also]))


@cache
def places() -> dict[str, Place]:
    """Every place by its id, in the order of the catalogue."""
    return {
        entry["id"]: Place(entry["id"], entry["zone"], entry["name"], entry.get("about", ""))
        for entry in _data()["nodes"]
    }


@cache
def ways() -> tuple[Way, ...]:
    """Every flow, in the order of the catalogue."""
    return tuple(
        Way(
            id=entry["id"],
            source=entry["from"],
            sink=entry["to"],
            needed=entry["kind"] == "meeting",
            carries=tuple(entry["carries"]),
            proof=tuple(tuple(one.split(" | ")) for one in entry["proof"]),
            also=tuple(entry.get("also", ())),
            takes=frozenset(entry.get("takes", ())),
        )
        for entry in _data()["flows"]
    )


@cache
def _data() -> Any:
    return load("flows.yml")
