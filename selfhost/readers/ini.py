"""INI files (``grafana.ini``, ``rclone.conf``) to a ``Tree`` of sections."""

import re

from selfhost.readers.flat import FlatTree, too_large
from selfhost.readers.lines import physical_lines
from selfhost.readers.tree import Node, Origin, Problem, Source, Tree

_SECTION = re.compile(r"\[([^\]\r\n]*)\]\s*(?:[;#].*)?")


def read_ini(source: Source) -> Tree:
    """``tree.get((section, key))``, values as text; the last of a key wins.

    Lines before the first section are in the section ``""``. ``;`` and ``#`` begin comment lines.
    """
    if large := too_large(source):
        return large
    sections: dict[str, FlatTree] = {}
    places: dict[str, Origin] = {}
    problems: list[Problem] = []
    name = ""
    for number, line in enumerate(physical_lines(source.text.removeprefix("\ufeff")), 1):
        text, place = line.strip(), Origin(source.path, number)
        if not text or text[0] in ";#":
            continue
        if section := _SECTION.fullmatch(text):
            name = section[1].strip()
            places.setdefault(name, place)
            sections.setdefault(name, FlatTree(source))
            continue
        key, sign, value = text.partition("=")
        if not sign:
            problems.append(Problem(place, "neither a section nor a setting"))
            continue
        places.setdefault(name, place)
        keys = sections.setdefault(name, FlatTree(source))
        keys.set(key.strip(), _bare(value.strip()), number)
    root = {
        name: Node(section.tree().root.value, places[name]) for name, section in sections.items()
    }
    return Tree(Node(root, Origin(source.path, 1)), tuple(problems))


def _bare(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'`"
    return value[1:-1] if quoted else value
