"""The picture for a narrow screen: one below the other, what travels within a row."""

from collections.abc import Sequence

from selfhost.reports.dataflow.drawing import Drawing, carried, short
from selfhost.reports.dataflow.model import Edge, Flows
from selfhost.reports.dataflow.wide import MAX_SHOWN
from selfhost.reports.dataflow.words import WORDS

WIDTH = 320
_LEFT, _RIGHT = 12, WIDTH - 12
_ARROW = (12, 84)
_TEXT = 98
_ROW = 62
_CHARACTERS = 26


def draw(flows: Flows) -> Drawing:
    """The same as the wide one."""
    drawing = Drawing(WIDTH)
    main = flows.main
    outside = [edge for edge in main if flows.node(edge.sink).zone == "outside"]
    groups = (
        ("People and the server", [e for e in main if e.needed and e.source == "participants"]),
        ("Within the server", [e for e in main if e.needed and e.source != "participants"]),
        ("Strangers and the server", [e for e in main if e.source == "strangers"]),
        ("Out of people's browsers", [e for e in outside if e.source == "participants"]),
        ("Out of the server", [e for e in outside if e.source != "participants"]),
        ("Onto its disk", [e for e in main if e.sink == "disk"]),
    )
    y = 0.0
    for title, edges in groups:
        y = _group(drawing, flows, title, edges, y)
    drawing.height = y
    return drawing


def _group(drawing: Drawing, flows: Flows, title: str, edges: Sequence[Edge], y: float) -> float:
    begin = y
    drawing.text(_LEFT, y + 22, title, "head")
    y += 30
    for edge in edges:
        y = _row(drawing, flows, edge, y)
    y += 4
    drawing.box(0.5, begin + 0.5, WIDTH - 1, y - begin - 1, "node")
    return y + 12


def _row(drawing: Drawing, flows: Flows, edge: Edge, y: float) -> float:
    names = f"{flows.node(edge.source).name} → {flows.node(edge.sink).name}"
    drawing.text(_LEFT, y + 15, names, "name")
    middle = y + 35
    drawing.arrow((_ARROW[0], middle), (_ARROW[1], middle), edge.state, 0.6)
    drawing.text(_TEXT, y + 33, carried(edge), "carries")
    drawing.text(_TEXT, y + 50, WORDS[edge.state], "state", state=str(edge.state))
    hosts = flows.hosts(edge)
    y += _ROW
    for host in hosts[:MAX_SHOWN]:
        drawing.box(_TEXT - 6, y - 4, _RIGHT - _TEXT + 6, 19, "host")
        name = short(flows.node(host.sink).name, _CHARACTERS)
        drawing.text(_TEXT, y + 10, name, "host", state=str(host.state))
        y += 22
    if len(hosts) > MAX_SHOWN:
        drawing.text(_TEXT, y + 10, f"and {len(hosts) - MAX_SHOWN} more", "about")
        y += 22
    return y + (6 if hosts else 0)
