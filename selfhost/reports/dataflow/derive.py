"""A report's results to what they prove of every flow. Pure."""

from collections.abc import Iterable, Iterator, Mapping

from selfhost.audit.model import Outcome, Report, Result, TargetReport
from selfhost.catalog.flows import Way, places, ways
from selfhost.reports.dataflow import hosts
from selfhost.reports.dataflow.model import Edge, Flows, Node, State

#: Of one flow; each has a line in the picture.
MAX_HOSTS = 20
_HOLDS = (Outcome.PASS, Outcome.NOT_APPLICABLE)
_ACCEPTED = (Outcome.WAIVED, Outcome.ALLOWED)
_ORDER = {state: place for place, state in enumerate(State)}


def flows(report: Report) -> Flows:
    """Who takes part and what travels, over all targets: the worst that is so on any of them.

    What a target was not asked about is unknown there.
    """
    nodes = [Node(one.id, one.zone, one.name, one.about) for one in places().values()]
    known = frozenset(name for way in ways() for name in way.controls)
    ours = hosts.own(report)
    edges: list[Edge] = []
    for way in ways():
        each = [_edge(way, target, known) for target in report.targets]
        edges.append(_worst(way, each, [target.target for target in report.targets]))
        if places()[way.sink].zone == "outside":
            for node, edge in _to_hosts(way, report, known, ours):
                nodes.append(node)
                edges.append(edge)
    return Flows(tuple(nodes), tuple(edges))


def _of(way: Way, results: Iterable[Result], known: frozenset[str]) -> dict[str, Result]:
    """The results that are about a flow, by control."""
    named = set(way.controls)
    return {
        one.control: one
        for one in results
        if one.control in named or (one.control not in known and str(one.category) in way.takes)
    }


def _edge(way: Way, target: TargetReport, known: frozenset[str]) -> Edge:
    """What one target proves of a flow."""
    found = _of(way, target.results, known)
    for state, outcomes in (
        (State.OPEN, (Outcome.FAIL,)),
        (State.ACCEPTED, _ACCEPTED),
        (State.UNKNOWN, (Outcome.UNKNOWN,)),
    ):
        if cited := [name for name, one in found.items() if one.outcome in outcomes]:
            return _with(way, state, cited)
    unasked = tuple(entry[0] for entry in way.proof if not _holds(entry, found))
    if unasked:
        return _with(way, State.UNKNOWN, (), unasked)
    cited = [name for name in way.controls if name in found]
    cited += [name for name in found if name not in cited]
    if not way.needed:
        return _with(way, State.CLOSED, cited)
    there = any(
        found[name].outcome is Outcome.PASS
        for entry in way.proof
        for name in entry
        if name in found
    )
    return _with(way, State.KEPT if there else State.ABSENT, cited)


def _holds(entry: tuple[str, ...], found: Mapping[str, Result]) -> bool:
    """Whether one of these controls passes. That what it is about is not there tells enough of the
    first alone: packages of Debian's that are not installed, but no container that is not."""
    first = found.get(entry[0])
    return (first is not None and first.outcome in _HOLDS) or any(
        name in found and found[name].outcome is Outcome.PASS for name in entry
    )


def _with(
    way: Way,
    state: State,
    controls: Iterable[str],
    unasked: tuple[str, ...] = (),
    sink: str = "",
    targets: tuple[str, ...] = (),
) -> Edge:
    return Edge(
        flow=way.id,
        source=way.source,
        sink=sink or way.sink,
        carries=way.carries,
        needed=way.needed,
        state=state,
        controls=tuple(dict.fromkeys(controls)),
        unasked=unasked,
        targets=targets,
    )


def _worst(way: Way, each: list[Edge], names: list[str]) -> Edge:
    """One edge that stands for those of all targets."""
    if not each:
        return _with(way, State.UNKNOWN, (), tuple(entry[0] for entry in way.proof))
    state = min((edge.state for edge in each), key=_ORDER.__getitem__)
    those = [(edge, name) for edge, name in zip(each, names, strict=True) if edge.state is state]
    controls = [name for edge, _ in those for name in edge.controls]
    unasked = dict.fromkeys(name for edge, _ in those for name in edge.unasked)
    where = tuple(dict.fromkeys(name for _, name in those))
    return _with(way, state, controls, tuple(unasked), targets=where)


def _to_hosts(
    way: Way, report: Report, known: frozenset[str], ours: tuple[str, ...]
) -> Iterator[tuple[Node, Edge]]:
    """The hosts that a flow's findings name."""
    found: dict[str, list[Result]] = {}
    for target in report.targets:
        for result in _of(way, target.results, known).values():
            if result.outcome in (Outcome.FAIL, *_ACCEPTED):
                for host in hosts.named(result, ours):
                    found.setdefault(host, []).append(result)
    for host, results in list(found.items())[:MAX_HOSTS]:
        failed = any(one.outcome is Outcome.FAIL for one in results)
        state = State.OPEN if failed else State.ACCEPTED
        names = dict.fromkeys(one.control for one in results)
        where = tuple(dict.fromkeys(one.target for one in results))
        id_ = f"{way.id}:{host}"
        yield (
            Node(id_, "outside", host, within=way.sink),
            _with(way, state, names, sink=id_, targets=where),
        )
