"""Checks of plain configuration files, line by line."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from selfhost.controls.model import Check, Cited, Verdict, fail, passed
from selfhost.effective.server import Server
from selfhost.readers.lines import physical_lines
from selfhost.readers.tree import Origin


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is no comment, without the white space around it."""

    origin: Origin
    text: str


def lines(server: Server, source: str, comments: str = "#") -> Iterator[Line]:
    """Every line of a source's documents that says something.

    ``comments``: the characters that start a comment line.
    """
    for document in server.documents(source):
        for number, line in enumerate(physical_lines(document.text), 1):
            text = line.strip()
            if text and text[0] not in comments:
                yield Line(Origin(document.path, number), text)


def looked_at(server: Server, *sources: str) -> tuple[Cited, ...]:
    """What a pass rests on: every document that was read, every place that was empty."""
    return tuple(
        Cited(Origin(document.path))
        for source in sources
        for document in server.evidence.of(source)
    )


def no_line(*sources: str, judge: Callable[[str], str | None], comments: str = "#") -> Check:
    """No line of these sources may be judged bad (``judge`` says why)."""

    def check(server: Server) -> Iterator[Verdict]:
        for source in sources:
            for line in lines(server, source, comments):
                why = judge(line.text)
                if why is not None:
                    yield fail(why, Cited(line.origin))
        yield passed("nothing of it was found", *looked_at(server, *sources))

    return check
