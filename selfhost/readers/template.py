"""Files that a template engine has yet to fill: Jinja (Ansible), Go templates (Helm, Docker, and
Nomad's ``[[ … ]]``), ERB (Puppet, Chef) and YunoHost's ``__NAME__``, a shell's ``${NAME}``.

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
    r"|\[\[-?(?P<pack>\s*(?:if|else|end|define|range|with|template|or|env|var|meta|my)\b[^\n\[\]]*)\]\]"
    r"|<%(?P<ruby>[^%<]{0,2000})%>"
    r"|\b__(?P<name>[A-Z][A-Z0-9_]*)__\b|\$\{(?P<shell>[A-Z][A-Z0-9_]*)(?::?[-=?][^}\n]*)?\}",
    re.DOTALL,
)
_SIGN = re.compile(r"\\[^\n]|[\"'\n]")
_WORD = re.compile(r"\s*([A-Za-z]\w*)")
_OPENING = frozenset(
    {"if", "for", "range", "with", "define", "block", "macro", "filter", "call", "unless", "case"}
)
_MIDDLE = frozenset({"else", "elif", "elsif", "when"})
_RUBY_BLOCK = re.compile(r"\bdo\s*(?:\|[^|]*\|)?\s*$")
_GO_SILENT = re.compile(r"\s*(?:\$\w+\s*:?=|/\*)")


@dataclass(frozen=True, slots=True)
class Filled:
    """``text``: every line where it was. ``doubtful``: lines that may not be there. ``branches``:
    the most that a condition has, an ``else`` that is not written counted."""

    text: str
    doubtful: frozenset[int]
    branches: int = 0


def is_template(text: str) -> bool:
    """Whether anything in it is to be filled."""
    return _TAG.search(text) is not None


def is_placeholder(text: str) -> bool:
    """Whether the whole of a text is to be filled."""
    return _TAG.fullmatch(text.strip()) is not None


def lone_values(text: str) -> tuple[int, ...]:
    """The lines that hold nothing but a value: any text may come there."""
    lines = enumerate(text.split("\n"), start=1)
    return tuple(
        number
        for number, line in lines
        if (match := _TAG.fullmatch(line.strip())) and _command(match) == ""
    )


def mark(expression: str) -> str:
    """What stands for a value inside of a text: the same for the same expression."""
    return "{{" + re.sub(r"\W+", ".", expression).strip(".") + "}}"


def has_marks(text: str) -> bool:
    """Whether a text depends on a value that was marked."""
    return _MARK.search(text) is not None


def fill(
    text: str,
    outside: str,
    inside: str | None = None,
    *,
    shell: bool = True,
    branch: int | None = None,
    alone: str | None = None,
) -> Filled:
    """``text`` with ``outside`` for each value, or ``inside`` where that is within quotes (a mark
    of its own for each value, unless given). ``shell``: ``${NAME}`` is one, too.

    ``branch``: of every condition, only that branch is kept (0 is the first; one that is not
    written has nothing in it); otherwise all are. ``alone``: what stands for a value that has a
    line to itself.
    """
    parts: list[str] = []
    doubtful: set[int] = set()
    chain: list[int] = []  # of each open condition, the branch that is being read
    others = 0  # how many of these are not the one that is kept
    at, line, opened, most, quote, blank = 0, 1, 0, 0, "", True

    def put(part: str) -> tuple[str, bool]:
        """The quote that is open behind ``part``, and whether its line is blank so far."""
        if branch is not None and others:
            part = "\n" * part.count("\n")
        parts.append(part)
        _, end, rest = part.rpartition("\n")
        return _open_quote(part, quote), (bool(end) or blank) and not rest.strip()

    for match in _TAG.finditer(text):
        between = text[at : match.start()]
        quote, blank = put(between)
        line += between.count("\n")
        rows = match[0].count("\n")
        word = _command(match)
        if match["shell"] and not shell:
            quote, blank = put(match[0])
        elif word == "":
            own = mark(_expression(match))
            quoted = own if inside is None else inside
            whole = alone is not None and blank and _ends(text, match.end())
            quote, blank = put(alone or "" if whole else quoted if quote else outside)
        elif word in _OPENING:
            opened = opened if chain else line
            chain.append(0)
            others += branch != 0
            most = max(most, 2)
        elif word in _MIDDLE and chain:
            others -= chain[-1] != branch
            chain[-1] += 1
            others += chain[-1] != branch
            most = max(most, chain[-1] + 2)
        elif word.startswith("end") and chain:
            others -= chain.pop() != branch
            if not chain:
                doubtful.update(range(opened, line + rows + 1))
        quote, blank = put("\n" * rows)
        line += rows
        at = match.end()
    put(text[at:])
    if chain:
        doubtful.update(range(opened, text.count("\n") + 2))
    return Filled("".join(parts), frozenset(doubtful), most)


def _ends(text: str, at: int) -> bool:
    """Whether nothing follows on the line."""
    end = text.find("\n", at)
    return not text[at : end if end >= 0 else len(text)].strip()


def _expression(match: re.Match[str]) -> str:
    return match["value"] or match["name"] or match["shell"] or match["pack"] or match["ruby"] or ""


def _command(match: re.Match[str]) -> str:
    """The tag's first word; empty for a value, ``#`` for what prints nothing."""
    if match["name"] or match["shell"]:
        return ""
    if match["ruby"] is not None:
        return _ruby(match["ruby"].removesuffix("-"))
    printing = match["value"] if match["value"] is not None else match["pack"]
    if printing is None:
        if match["tag"] is None:
            return "#"
        word = _WORD.match(match["tag"])
        return word[1] if word else "#"
    if _GO_SILENT.match(printing):
        return "#"
    word = _WORD.match(printing)
    name = word[1] if word else ""
    return name if name in _OPENING | _MIDDLE or name == "end" else ""


def _ruby(code: str) -> str:
    if code.startswith("="):
        return ""
    word = _WORD.match(code.removeprefix("-"))
    if _RUBY_BLOCK.search(code):
        return "block"
    return word[1] if word and not code.startswith("#") else "#"


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
    if isinstance(value, str) and (has_marks(value) or is_placeholder(value)):
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


def settle(trees: Sequence[Tree]) -> Tree:
    """What all of these agree on: readings of one file, each with other branches of its conditions.
    The rest is ``Unknown``."""
    first = trees[0]
    root = first.root
    for tree in trees[1:]:
        root = _agreed(root, tree.root)
    return Tree(root, first.problems)


def _agreed(one: Node, other: Node) -> Node:
    rest = one.rest or other.rest
    if isinstance(one.value, Mapping) and isinstance(other.value, Mapping):
        keys = dict.fromkeys((*one.value, *other.value))
        return Node(
            {key: _agreed_key(one, other, key) for key in keys}, one.origin, one.overrides, rest
        )
    if one.plain() == other.plain() and type(one.value) is type(other.value):
        return one
    return Node(Unknown(CONDITION), one.origin, one.overrides)


def _agreed_key(one: Node, other: Node, key: str) -> Node:
    first, second = (
        node.value.get(key) if isinstance(node.value, Mapping) else None for node in (one, other)
    )
    if first is not None and second is not None:
        return _agreed(first, second)
    only = first or second
    assert only is not None  # noqa: S101 - the key is of one of them
    return Node(Unknown(CONDITION), only.origin)
