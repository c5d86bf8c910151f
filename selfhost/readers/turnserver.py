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

_LINE = re.compile(r"([^\s=]+)(?:[=\s]+(.*))?", re.DOTALL)


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
            if len(value) > 1 and value[0] == value[-1] == '"':
                value = value[1:-1]
            found.set(match[1], value or True, number)
    return found.tree(REPEATED)
