"""A document of the policy as Markdown and as one HTML page without scripts. Its text may have come
from a server or a person, so it is escaped throughout."""

import re
from collections.abc import Sequence

from selfhost.policy.documents import Document
from selfhost.reports import single_page
from selfhost.reports.escape import printable

FORMATS = ("markdown", "html")
#: What is markup in the middle of a line, and what makes a link by itself.
_MARKUP = re.compile(r"([\\`*_\[\]<>|~&!#@$]|:(?=//)|(?<=www)\.)", re.IGNORECASE)
#: What is markup at the beginning of a line: lists, numbers, rules.
_BEGINNING = re.compile(r"^(\s*)([-+=:]|\d+(?=[.)]))")
_STYLES = ("tokens.css", "document.css")


def render(document: Document, form: str) -> str:
    """``form`` is one of ``FORMATS``."""
    if form == "markdown":
        return _markdown(document)
    return single_page.render("selfhost.reports", "document.html.j2", _STYLES, document=document)


def _markdown(document: Document) -> str:
    lines = [f"# {escaped(document.title)}"]
    for section in document.sections:
        lines += ["", f"## {escaped(section.heading)}"]
        for paragraph in section.paragraphs:
            lines += ["", escaped(paragraph)]
        if section.items:
            lines += ["", *(f"- {escaped(item)}" for item in section.items)]
        if section.rows:
            lines += ["", _row(section.head), _row(["---"] * len(section.head), plain=True)]
            lines += [_row(row) for row in section.rows]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """As it is where it can be, since these documents are read and edited as text."""
    shown = _MARKUP.sub(r"\\\1", printable(text))
    return _BEGINNING.sub(lambda match: f"{match[1]}{_entity(match[2])}", shown)


def _entity(text: str) -> str:
    """For a number, whose digits a backslash does not escape, its first one by its code."""
    return f"&#{ord(text[0])};{text[1:]}" if text[0].isdigit() else f"\\{text}"


def _row(cells: Sequence[str], *, plain: bool = False) -> str:
    return "| " + " | ".join(cell if plain else escaped(cell) for cell in cells) + " |"
