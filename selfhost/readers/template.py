"""Files that a template engine has yet to fill: Jinja (Ansible), Go templates (Helm, Docker) and
YunoHost's ``__NAME__``, a shell's ``${NAME}``.

What stands in ``{{ … }}`` is not known, and what stands between ``{% if … %}`` and its end may or
may not be there. All else is as it will be.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from selfhost.readers.tree import Node, Tree, Unknown

VALUE = "depends on a template's value"
CONDITION = "depends on a template's condition"
_MARK = re.compile(r"\{\{[\w.]*\}\}")
#: A tag ends before the next one of its kind begins, so that each character is looked at once.
_TAG = re.compile(
    r"\{\{-?(?P<value>(?:(?!\{\{).)*?)-?\}\}|\{%[-+]?(?P<tag>(?:(?!\{%).)*?)[-+]?%\}"
    r"|\{#(?:(?!\{#).)*?#\}"
    r"|\b__(?P<name>[A-Z][A-Z0-9_]*)__\b|\$\{(?P<shell>[A-Z][A-Z0-9_]*)(?::?[-=?][^}\n]*)?\}",
    re.DOTALL,
)
_SIGN = re.compile(r"\\[^\n]|[\"'\n]")
_WORD = re.compile(r"\s*([A-Za-z]\w*)")
_OPENING = frozenset({"if", "for", "range", "with", "define", "block", "macro", "filter", "call"})
_MIDDLE = frozenset({"else", "elif"})
_GO_SILENT = re.compile(r"\s*(?:\$\w+\s*:?=|/\*)")


@dataclass(frozen=True, slots=True)
class Filled:
    """``text``: every line where it was. ``doubtful``: lines that may not be there."""

    text: str
    doubtful: frozenset[int]


def is_template(text: str) -> bool:
    """Whether anything in it is to be filled."""
    return _TAG.search(text) is not None


def mark(expression: str) -> str:
    """What stands for a value inside of a text: the same for the same expression."""
    return "{{" + re.sub(r"\W+", ".", expression).strip(".") + "}}"


def has_marks(text: str) -> bool:
    """Whether a text depends on a value that was marked."""
    return _MARK.search(text) is not None


def fill(text: str, outside: str, inside: str | None = None, *, shell: bool = True) -> Filled:
    """``text`` with ``outside`` for each value, or ``inside`` where that is within quotes (a mark
    of its own for each value, unless given). ``shell``: ``${NAME}`` is one, too."""
    parts: list[str] = []
    doubtful: set[int] = set()
    at, depth, line, opened, quote = 0, 0, 1, 0, ""

    def put(part: str) -> str:
        parts.append(part)
        return _open_quote(part, quote)

    for match in _TAG.finditer(text):
        between = text[at : match.start()]
        quote = put(between)
        line += between.count("\n")
        rows = match[0].count("\n")
        word = _command(match)
        if match["shell"] and not shell:
            quote = put(match[0])
        elif word == "":
            own = mark(match["value"] or match["name"] or match["shell"] or "")
            quoted = own if inside is None else inside
            quote = put(quoted if quote else outside)
        elif word in _OPENING:
            opened = opened if depth else line
            depth += 1
        elif word.startswith("end") and depth:
            depth -= 1
            if not depth:
                doubtful.update(range(opened, line + rows + 1))
        quote = put("\n" * rows)
        line += rows
        at = match.end()
    parts.append(text[at:])
    if depth:
        doubtful.update(range(opened, text.count("\n") + 2))
    return Filled("".join(parts), frozenset(doubtful))


def _command(match: re.Match[str]) -> str:
    """The tag's first word; empty for a value, ``#`` for what prints nothing."""
    if match["name"] or match["shell"]:
        return ""
    if match["value"] is None:
        if match["tag"] is None:
            return "#"
        word = _WORD.match(match["tag"])
        return word[1] if word else "#"
    if _GO_SILENT.match(match["value"]):
        return "#"
    word = _WORD.match(match["value"])
    name = word[1] if word else ""
    return name if name in _OPENING | _MIDDLE or name == "end" else ""


def _open_quote(text: str, quote: str) -> str:
    """The quote that is open behind ``text``, where ``quote`` was before it. None outlives its
    line."""
    for match in _SIGN.finditer(text):
        sign = match[0]
        if sign == "\n":
            quote = ""
        elif len(sign) == 1:
            quote = ("" if sign == quote else quote) if quote else sign
    return quote


def doubt(tree: Tree, doubtful: frozenset[int], unfilled: str = "") -> Tree:
    """The tree with ``Unknown`` where its text was not settled.

    ``unfilled``: the reason by which the reader calls what stands for a value.
    """
    return Tree(_doubt(tree.root, doubtful, unfilled), tree.problems)


def _doubt(node: Node, doubtful: frozenset[int], unfilled: str) -> Node:
    value = node.value
    if node.origin.line in doubtful:
        return Node(Unknown(CONDITION), node.origin, node.overrides)
    if isinstance(value, str) and has_marks(value):
        return Node(Unknown(VALUE), node.origin, node.overrides)
    if isinstance(value, Unknown) and value.reason == unfilled:
        return Node(Unknown(VALUE), node.origin, node.overrides)
    if isinstance(value, Mapping):
        inside = {key: _doubt(child, doubtful, unfilled) for key, child in value.items()}
        return Node(inside, node.origin, node.overrides, node.rest)
    if isinstance(value, Sequence) and not isinstance(value, str):
        items = tuple(_doubt(child, doubtful, unfilled) for child in value)
        return Node(items, node.origin, node.overrides, node.rest)
    return node
