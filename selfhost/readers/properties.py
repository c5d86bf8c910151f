"""Java ``.properties`` files to a ``Tree`` with flat keys."""

import javaproperties

from selfhost.readers.flat import FlatTree, too_large, unreadable
from selfhost.readers.tree import Origin, Source, Tree


def read_properties(source: Source) -> Tree:
    """Keys as they stand (``tree.get(("a.b.c",))``), values as text; the last of a key wins."""
    if large := too_large(source):
        return large
    found = FlatTree(source)
    line = 1
    try:
        for element in javaproperties.parse(source.text):
            if isinstance(element, javaproperties.KeyValue):
                found.set(element.key, element.value, line)
            line += _lines(element.source)
    except javaproperties.InvalidUEscapeError:
        return unreadable(Origin(source.path, line), "a malformed \\u escape")
    return found.tree()


def _lines(text: str) -> int:
    return text.replace("\r\n", "\n").replace("\r", "\n").count("\n")
