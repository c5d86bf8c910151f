"""Options of pjsua, the SIP client that Jibri starts: ``pjsua.config``."""

import re

from selfhost.readers.flat import FlatTree, too_large
from selfhost.readers.tree import Source, Tree

_OPTION = re.compile(r"--([A-Za-z][\w-]*)(?:[=\s]+(\"[^\"]*\"|[^\s#-]\S*))?")

REPEATED = frozenset({"nameserver", "outbound", "proxy", "registrar", "stun-srv", "turn-srv"})
"""Options that name a server; each time that they stand counts."""


def read_pjsua(source: Source) -> Tree:
    """Flat keys without their hyphens. A value is text, or ``True`` for an option without one.

    The options in ``REPEATED`` are lists; of any other the last wins. What is no option is passed
    over, as pjsua takes it for an address to call.
    """
    if large := too_large(source):
        return large
    found = FlatTree(source)
    for number, line in enumerate(source.text.split("\n"), 1):
        if line.lstrip().startswith("#"):
            continue
        for match in _OPTION.finditer(line):
            value = (match[2] or "").strip('"')
            found.set(match[1], value or True, number)
    return found.tree(REPEATED)
