"""Addresses in ``config.js`` whose end depends on the visitor: where they lead all the same."""

import re
from typing import TYPE_CHECKING

from selfhost.readers.template import CONDITION
from selfhost.readers.tree import Node, Unknown

if TYPE_CHECKING:
    from selfhost.effective.server import Server

_KEY = r"[\w.$]+\s*[:=]\s*"
_REST = r"""(?:\s*\+\s*(?:[\w.$]+|"[^"\\]*"|'[^'\\]*'))*\s*[,;]?\s*(?://.*)?"""
#: A sum that starts with a literal holding scheme and whole host, as upstream's sample has them:
#: ``bosh: 'https://meet.example.org/' + subdir + 'http-bind',``
_SUM = re.compile(
    _KEY
    + r"""(?P<quote>["'])(?P<start>(?:(?:https?|wss?):)?//[^/?#"'\\]+/)[^"'\\]*(?P=quote)"""
    + _REST
)
#: One that starts with the host of the page: ``bosh: '//' + location.host + '/http-bind',``
_SAME = re.compile(
    _KEY
    + r"""(?:(?P<quote>["'])(?:(?:https?|wss?):)?//(?P=quote)\s*\+\s*"""
    + r"""(?:(?:window|document)\.)?location\.host(?:name)?"""
    + r"""|(?:(?:window|document)\.)?location\.origin)(?:\s*\+\s*(?:"/[^"\\]*"|'/[^'\\]*')"""
    + _REST
    + r""")?\s*[,;]?\s*(?://.*)?"""
)


def beginning(server: "Server", node: Node) -> str | None:
    """Scheme and host, or ``/`` for the page's own host; ``None`` if not known."""
    if not isinstance(node.value, Unknown) or not node.origin.line:
        return None
    if node.value.reason == CONDITION:
        return None  # the line itself may not be there
    for document in server.evidence.documents:
        if document.path == node.origin.path:
            lines = document.text.splitlines()[node.origin.line - 1 : node.origin.line]
            line = lines[0].strip() if lines else ""
            match = _SUM.fullmatch(line)
            return match["start"] if match else "/" if _SAME.fullmatch(line) else None
    return None
