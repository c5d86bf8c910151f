"""The lines of a text, and its comments blanked so that they stay where they are."""

import re
from collections.abc import Callable

_END = re.compile(r"\r\n|\r|\n")


def physical_lines(text: str) -> list[str]:
    """As LF, CR LF or CR end them."""
    return _END.split(text)


def blanked(text: str) -> str:
    """Spaces instead of the text, so that lines stay where they are."""
    return re.sub(r"[^\n]", " ", text)


def without_comments(
    text: str,
    comment: re.Pattern[str],
    blank: Callable[[str], str] = blanked,
    longest: int | None = None,
) -> str:
    """``text`` with what ``blank`` makes of each comment.

    ``comment`` finds a whole one, or ``/*`` where one begins: without ``*/`` behind it, within
    ``longest`` characters, it is none.
    """
    parts, done, at = [], 0, 0
    last = text.rfind("*/")
    while found := comment.search(text, at):
        at = found.end()
        if found[0] == "/*":
            limit = len(text) if longest is None else at + longest + 2
            closing = text.find("*/", at, limit) if at <= last else -1
            if closing < 0:
                continue
            at = closing + 2
        parts += [text[done : found.start()], blank(text[found.start() : at])]
        done = at
    return "".join([*parts, text[done:]])
