"""coturn's ``turnserver.conf``."""

import re

from selfhost.readers.flat import FlatTree, too_large
from selfhost.readers.tree import Source, Tree

REPEATED = frozenset(
    {
        "allowed-peer-ip",
        "alternate-server",
        "aux-server",
        "denied-peer-ip",
        "external-ip",
        "listening-ip",
        "relay-ip",
        "static-auth-secret",
        "tls-alternate-server",
        "user",
    }
)
"""Options that add up when they stand several times."""

_LINE = re.compile(r"([^ \t=]+)(?:[= \t]+(.*))?", re.DOTALL)


def read_turnserver(source: Source) -> Tree:
    """Flat keys. A value is text, or ``True`` for an option without one.

    The options in ``REPEATED`` are always lists, one item per line; of any other the last wins.
    """
    if large := too_large(source):
        return large
    found = FlatTree(source)
    for number, line in enumerate(source.text.split("\n"), 1):
        match = _LINE.fullmatch(line.strip())
        if match is None:
            if line.strip():
                found.problem(number, "not an option")
        elif not match[1].startswith("#"):
            value = match[2] or ""
            if value.startswith('"'):
                value = value[1:].removesuffix('"')
            found.set(match[1], value or True, number)
    return found.tree(REPEATED)
