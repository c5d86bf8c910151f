"""The picture for a desk and for paper: people, the server, and the world outside, side by side."""

from selfhost.reports.dataflow.drawing import Drawing, carried, short
from selfhost.reports.dataflow.model import Edge, Flows
from selfhost.reports.dataflow.words import WORDS

WIDTH = 900
_ROW = 42
_HOST = 20
MAX_SHOWN = 3
_PEOPLE = (0, 116)  # left and right of the columns
_FRAME = (322, 676)
_PROGRAM = (338, 470)
_OUTSIDE = (716, WIDTH)
_PROGRAMS = ("web", "prosody", "jicofo", "bridges", "turn", "machine")
_GAP = 34  # between two programs, for what travels between them
_CHARACTERS = 20


def draw(flows: Flows) -> Drawing:
    """All flows of the catalogue, each with the hosts that findings name."""
    drawing = Drawing(WIDTH)
    main = flows.main
    y = _heads(drawing)
    top = y
    for edge in main:
        if edge.source == "participants" and flows.node(edge.sink).zone == "outside":
            y = _outward(drawing, flows, edge, _PEOPLE[1], y)
    y += 14
    frame = y
    drawing.text(_PROGRAM[0], y + 22, "The server", "head")
    y += 34
    bottom = y
    for number, program in enumerate(_PROGRAMS):
        if number:
            between = [e for e in main if {e.source, e.sink} == {_PROGRAMS[number - 1], program}]
            for edge in between:
                _between(drawing, edge, y)
            y += _GAP if between else 12
        begin, y = y, _program(drawing, flows, program, y)
        incoming = [e for e in main if e.source == "participants" and e.sink == program]
        for edge in incoming:
            middle = begin + _ROW / 2 + 2
            _level(drawing, edge, (_PEOPLE[1], _PROGRAM[0]), middle)
            bottom = max(bottom, middle + 24)
    y = _disk(drawing, [e for e in main if e.sink == "disk"], y + 16)
    drawing.box(_FRAME[0], frame, _FRAME[1] - _FRAME[0], y - frame, "frame")
    _people(drawing, flows, "participants", top, bottom)
    strangers = [e for e in main if e.source == "strangers"]
    begin = bottom + 22
    for number, edge in enumerate(strangers):
        _level(drawing, edge, (_PEOPLE[1], _FRAME[0]), begin + 34 + number * (_ROW + 8))
    end = begin + len(strangers) * (_ROW + 8) + 14
    _people(drawing, flows, "strangers", begin, end)
    drawing.height = max(y, end) + 4
    return drawing


def _heads(drawing: Drawing) -> float:
    drawing.text(_PEOPLE[0], 14, "People", "head")
    drawing.text(_OUTSIDE[0], 14, "Elsewhere", "head")
    return 26


def _people(drawing: Drawing, flows: Flows, id_: str, top: float, bottom: float) -> None:
    drawing.box(_PEOPLE[0], top, _PEOPLE[1] - _PEOPLE[0], bottom - top)
    node = flows.node(id_)
    middle = (top + bottom) / 2
    x = (_PEOPLE[0] + _PEOPLE[1]) / 2
    drawing.text(x, middle - 2, node.name, "name", "middle")
    first, _, rest = node.about.partition(" and ")
    drawing.text(x, middle + 14, f"{first} and" if rest else first, "about", "middle")
    if rest:
        drawing.text(x, middle + 28, rest, "about", "middle")


def _outward(drawing: Drawing, flows: Flows, edge: Edge, x: float, y: float) -> float:
    """An arrow out of the server, or out of a browser past it; where the next one may begin."""
    middle = y + _ROW / 2 + 4
    hosts = flows.hosts(edge)
    drawing.arrow((x, middle), (_OUTSIDE[0] - 6, middle), edge.state, _stop(x))
    drawing.text(x + 10, middle - 7, carried(edge), "carries")
    drawing.text(_OUTSIDE[0], middle - 2, flows.node(edge.sink).name, "name")
    drawing.text(_OUTSIDE[0], middle + 13, WORDS[edge.state], "state", state=str(edge.state))
    y += _ROW
    for host in hosts[:MAX_SHOWN]:
        drawing.box(_OUTSIDE[0], y + 3, _OUTSIDE[1] - _OUTSIDE[0], _HOST - 2, "host")
        name = short(flows.node(host.sink).name, _CHARACTERS)
        drawing.text(_OUTSIDE[0] + 8, y + 16, name, "host", state=str(host.state))
        y += _HOST
    if len(hosts) > MAX_SHOWN:
        drawing.text(_OUTSIDE[0] + 8, y + 16, f"and {len(hosts) - MAX_SHOWN} more", "about")
        y += _HOST
    return y + (6 if hosts else 0)


def _stop(x: float) -> float:
    """Just within the server's wall; out of a browser, a little after what would travel."""
    stop = _FRAME[1] - 18 if x > _FRAME[0] else _FRAME[0] + 12
    return (stop - x) / (_OUTSIDE[0] - 6 - x)


def _program(drawing: Drawing, flows: Flows, id_: str, y: float) -> float:
    begin = y
    for edge in flows.main:
        if edge.source == id_ and flows.node(edge.sink).zone == "outside":
            y = _outward(drawing, flows, edge, _PROGRAM[1], y)
    y = max(y, begin + _ROW)
    drawing.box(_PROGRAM[0], begin, _PROGRAM[1] - _PROGRAM[0], y - begin)
    node, x = flows.node(id_), (_PROGRAM[0] + _PROGRAM[1]) / 2
    drawing.text(x, (begin + y) / 2 - 2, node.name, "name", "middle")
    drawing.text(x, (begin + y) / 2 + 13, node.about, "about", "middle")
    return y


def _between(drawing: Drawing, edge: Edge, y: float) -> None:
    x = (_PROGRAM[0] + _PROGRAM[1]) / 2
    drawing.arrow((x, y + 1), (x, y + _GAP - 1), edge.state, 0.5)
    label = f"{carried(edge)}   {WORDS[edge.state]}"
    drawing.text(x + 14, y + _GAP / 2 + 4, label, "carries", state=str(edge.state))


def _level(drawing: Drawing, edge: Edge, span: tuple[float, float], middle: float) -> None:
    drawing.arrow((span[0] + 4, middle), (span[1] - 4, middle), edge.state, 0.75)
    drawing.text(span[0] + 6, middle - 11, carried(edge), "carries")
    drawing.text(span[0] + 6, middle + 16, WORDS[edge.state], "state", state=str(edge.state))


def _disk(drawing: Drawing, edges: list[Edge], y: float) -> float:
    """What the server writes down: a row for each, within the frame."""
    left, right = _PROGRAM[0], _FRAME[1] - 16
    drawing.text(left, y + 14, "Kept on its disk", "head")
    y += 24
    for edge in edges:
        drawing.text(left, y + 14, carried(edge), "carries")
        drawing.arrow((left + 180, y + 10), (left + 240, y + 10), edge.state, 0.5)
        drawing.text(right, y + 14, WORDS[edge.state], "state", "end", state=str(edge.state))
        y += 25
    return y + 10
