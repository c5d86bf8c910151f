"""Bounded parsing with tree-sitter, for the formats that are programming languages.

tree-sitter recovers from any input, but its recovery can take long on hostile text; so the text is
handed over in pieces, and the supply ends when the time is up.
"""

import re
import time

from tree_sitter import Language, Node, Parser

MAX_TEXT = 2 * 1024 * 1024
MAX_NODES = 400_000
MAX_SECONDS = 1.5  # of processor time
#: Seconds that a text gets, and more for each character: one that parses takes about a
#: microsecond for each, and recovery from one that does not takes the square of its length.
_SECONDS, _SECONDS_EACH = 0.4, 2e-6
MAX_NESTING = 2000
MAX_TEMPLATES = 2000  # unclosed ones take the square of their number
_PIECE = 4096
_BRACKETS = re.compile(r"[(\[{]+|[)\]}]+")


class GrammarError(Exception):
    """The text cannot be read: ``reason`` in a few words, ``row`` from 0 (-1: the whole text)."""

    def __init__(self, reason: str, row: int = -1) -> None:
        super().__init__(reason)
        self.reason = reason
        self.row = row


class Syntax:
    """A concrete syntax tree over its text."""

    def __init__(self, language: Language, text: str) -> None:
        """Raises ``GrammarError``: too large, takes too long, not text, does not parse."""
        if len(text) > MAX_TEXT:
            raise GrammarError("too large")
        if "\0" in text:
            raise GrammarError("holds a NUL byte", text[: text.index("\0")].count("\n"))
        try:
            self.data = text.encode()
        except UnicodeEncodeError:
            raise GrammarError("holds characters that are not text") from None
        if _nests_deeper(text, MAX_NESTING):
            raise GrammarError("nested too deeply")
        if text.count("`") > MAX_TEMPLATES:
            raise GrammarError("holds too many template strings")
        allowed = min(MAX_SECONDS, _SECONDS + len(text) * _SECONDS_EACH)
        deadline = time.thread_time() + allowed
        late = False
        whole = memoryview(self.data)
        pieces: list[memoryview] = []

        # The binding never lets go of what this returns, nor of this function with all that it
        # names: so it names no ``self``, and returns views that are emptied afterwards.
        def piece(offset: int, _point: object) -> memoryview:
            nonlocal late
            if time.thread_time() > deadline:
                late = True
            pieces.append(whole[offset : offset + _PIECE] if not late else whole[:0])
            return pieces[-1]

        self._tree = Parser(language).parse(piece)
        for view in (*pieces, whole):
            view.release()
        pieces.clear()
        if late:
            raise GrammarError("takes too long to parse")
        self.root = self._tree.root_node
        if self.root.has_error:
            raise GrammarError("does not parse", _first_error(self.root))

    def text(self, node: Node) -> str:
        return self.data[node.start_byte : node.end_byte].decode()


def _nests_deeper(text: str, limit: int) -> bool:
    """Whether brackets, wherever they stand, are ever open more than ``limit`` deep: the parser's
    recovery from such text takes the square of its length, also after its supply has ended."""
    if text.count("(") + text.count("[") + text.count("{") <= limit:
        return False
    depth = 0
    for found in _BRACKETS.finditer(text):
        signs = found[0]
        depth = depth + len(signs) if signs[0] in "([{" else max(0, depth - len(signs))
        if depth > limit:
            return True
    return False


def _first_error(root: Node) -> int:
    """The row of the first error, found by following the nodes that hold one."""
    node = root
    while True:
        if node.is_error or node.is_missing:
            return node.start_point.row
        for child in node.children:
            if child.has_error or child.is_error or child.is_missing:
                node = child
                break
        else:
            return node.start_point.row


def words(text: str) -> list[str]:
    """A table of names, written as text."""
    return text.split()
