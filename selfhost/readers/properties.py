"""Java ``.properties`` files to a ``Tree`` with flat keys."""

import javaproperties

from selfhost.readers.flat import FlatTree, too_large, unreadable
from selfhost.readers.lines import physical_lines
from selfhost.readers.tree import Origin, Source, Tree

#: Characters. The parser looks through a line again at each of its continuations.
_MAX_LOOKED_AT = 10_000_000


def read_properties(source: Source) -> Tree:
    """Keys as they stand (``tree.get(("a.b.c",))``), values as text; the last of a key wins."""
    if large := too_large(source):
        return large
    if long := _continued_too_far(source.text):
        return unreadable(Origin(source.path, long), "a line that is continued too often")
    found = FlatTree(source)
    line = 1
    try:
        for element in javaproperties.parse(source.text):
            if isinstance(element, javaproperties.KeyValue):
                found.set(element.key, element.value, line)
            line += len(physical_lines(element.source)) - 1
    except javaproperties.InvalidUEscapeError:
        return unreadable(Origin(source.path, line), "a malformed \\u escape")
    return found.tree()


def _continued_too_far(text: str) -> int:
    """The line at which lines that backslashes continue exceed the bound; 0: they do not."""
    length = looked_at = 0
    for number, line in enumerate(physical_lines(text), 1):
        length = length + len(line) if line.endswith("\\") else 0
        looked_at += length
        if looked_at > _MAX_LOOKED_AT:
            return number
    return 0
