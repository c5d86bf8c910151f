"""Shapes of the picture, in units of a CSS pixel at full size. What they look like, the style sheet
says; that it can be read without colour, their shapes and words do."""

from dataclasses import dataclass, field

from selfhost.reports.dataflow.model import Edge, State


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle. ``look``: node, frame, host."""

    x: float
    y: float
    width: float
    height: float
    look: str


@dataclass(frozen=True, slots=True)
class Text:
    """One line. ``look``: name, about, carries, state, head; ``anchor``: start, middle, end."""

    x: float
    y: float
    text: str
    look: str
    anchor: str = "start"
    state: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A path of SVG; ``part``: stroke, or solid for what is filled."""

    path: str
    state: str
    part: str = "stroke"


@dataclass
class Drawing:
    """A canvas that is drawn on from top to bottom."""

    width: float
    height: float = 0
    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)

    def box(self, x: float, y: float, width: float, height: float, look: str = "node") -> None:
        """A rectangle."""
        self.boxes.append(Box(x, y, width, height, look))

    def text(
        self, x: float, y: float, text: str, look: str, anchor: str = "start", state: str = ""
    ) -> None:
        """One line of text, its baseline at ``y``."""
        self.texts.append(Text(x, y, text, look, anchor, state))

    def arrow(
        self, start: tuple[float, float], end: tuple[float, float], state: State, stop: float
    ) -> None:
        """An arrow, level or upright. What is closed ends at ``stop`` (of its length, 0 to 1) in a
        bar; what is unknown has a ring there; what is open has a filled head at its end, what is
        needed one at both."""
        (x1, y1), (x2, y2) = start, end
        length = abs(x2 - x1) + abs(y2 - y1)
        dx, dy = (x2 - x1) / length, (y2 - y1) / length
        along = length * stop
        at = (x1 + dx * along, y1 + dy * along)
        name = str(state)
        if state is State.ABSENT:
            return
        if state is State.CLOSED:
            self._stroke(start, at, name)
            half = 6
            self._stroke(
                (at[0] - dy * half, at[1] - dx * half), (at[0] + dy * half, at[1] + dx * half), name
            )
        elif state is State.UNKNOWN:
            gap = 8
            self._stroke(start, (at[0] - dx * gap, at[1] - dy * gap), name)
            self._stroke((at[0] + dx * gap, at[1] + dy * gap), end, name)
            self.lines.append(Line(_ring(at, gap), f"{name} ring"))
            self.text(at[0], at[1] + 4, "?", "mark", "middle", name)
        else:
            head = 9
            first = (x1 + dx * head, y1 + dy * head) if state is State.KEPT else start
            self._stroke(first, (x2 - dx * head, y2 - dy * head), name)
            self.lines.append(Line(_head(end, (dx, dy), head), name, "solid"))
            if state is State.KEPT:
                self.lines.append(Line(_head(start, (-dx, -dy), head), name, "solid"))

    def _stroke(self, start: tuple[float, float], end: tuple[float, float], state: str) -> None:
        path = f"M{start[0]:g} {start[1]:g}L{end[0]:g} {end[1]:g}"
        self.lines.append(Line(path, state))


def _head(tip: tuple[float, float], way: tuple[float, float], size: float) -> str:
    (x, y), (dx, dy) = tip, way
    back, half = (x - dx * size, y - dy * size), size / 2
    left = f"{back[0] - dy * half:g} {back[1] - dx * half:g}"
    right = f"{back[0] + dy * half:g} {back[1] + dx * half:g}"
    return f"M{x:g} {y:g}L{left}L{right}Z"


def _ring(at: tuple[float, float], radius: float) -> str:
    half = f"a{radius:g} {radius:g} 0 1 0"
    return f"M{at[0] - radius:g} {at[1]:g}{half} {2 * radius:g} 0{half} {-2 * radius:g} 0Z"


def short(text: str, most: int) -> str:
    """Text that fits; of what does not, the end is kept, which says whose a host is."""
    return text if len(text) <= most else f"…{text[-(most - 1) :]}"


def sample(state: State) -> Drawing:
    """An arrow alone, for the legend."""
    drawing = Drawing(64, 20)
    drawing.arrow((2, 10), (62, 10), state, 0.6)
    return drawing


def carried(edge: Edge) -> str:
    """What travels, as the picture has it."""
    return ", ".join(edge.carries)
