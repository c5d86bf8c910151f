"""Who takes part in a meeting, and what travels between them as far as an audit can tell."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """What is proved of an edge, the worst first."""

    OPEN = "open"  # a finding says that it flows, or can
    ACCEPTED = "accepted"  # the same, and somebody answers for it
    UNKNOWN = "unknown"  # nothing proves it either way
    KEPT = "kept"  # it flows, as it has to, and goes where it belongs
    CLOSED = "closed"  # it is proved not to flow
    ABSENT = "absent"  # it would have to flow, and its program is proved not to be there


@dataclass(frozen=True, slots=True)
class Node:
    """``zone``: people, server, outside. ``within``: the node of the catalogue that a host, which a
    finding names, belongs to; empty for those themselves."""

    id: str
    zone: str
    name: str
    about: str = ""
    within: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """What travels from ``source`` to ``sink``, by their ids.

    ``controls`` are those that the state rests on; ``unasked`` those that would have to hold, and
    were not asked. ``targets``: where it is so, of several. ``needed``: no meeting without it.
    """

    flow: str
    source: str
    sink: str
    carries: tuple[str, ...]
    needed: bool
    state: State
    controls: tuple[str, ...]
    unasked: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flows:
    """All of it. Each flow of the catalogue is an edge; each host that a finding names is a node,
    and an edge more."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def node(self, id_: str) -> Node:
        """The node of that id. Raises KeyError."""
        return {node.id: node for node in self.nodes}[id_]

    def hosts(self, edge: Edge) -> tuple[Edge, ...]:
        """The edges of the same flow to hosts that findings name."""
        return tuple(
            other
            for other in self.edges
            if other.flow == edge.flow and self.node(other.sink).within == edge.sink
        )

    @property
    def main(self) -> tuple[Edge, ...]:
        """The flows of the catalogue, without those to single hosts."""
        known = {node.id for node in self.nodes if not node.within}
        return tuple(edge for edge in self.edges if edge.sink in known)

    def count(self, state: State) -> int:
        """How many flows of the catalogue are in it."""
        return sum(edge.state is state for edge in self.main)
