"""A document of the policy as Markdown and as one HTML page without scripts. Its text may have come
from a server or a person, so it is escaped throughout."""

import base64
import hashlib
import re
from collections.abc import Sequence

import jinja2
from markupsafe import Markup

from selfhost.policy.documents import Document
from selfhost.reports.escape import printable

FORMATS = ("markdown", "html")
#: What is markup in the middle of a line, and what makes a link by itself.
_MARKUP = re.compile(r"([\\`*_\[\]<>|~&!#@$]|:(?=//)|(?<=www)\.)", re.IGNORECASE)
#: What is markup at the beginning of a line: lists, numbers, rules.
_BEGINNING = re.compile(r"^(\s*)([-+=:]|\d+(?=[.)]))")
_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;"
    "color-scheme:light dark}table{border-collapse:collapse;display:block;overflow-x:auto}"
    "th,td{border:1px solid;padding:.3rem .6rem;text-align:left;vertical-align:top}"
    "h2{margin-top:2rem}@media print{body{margin:0;max-width:none}}"
)
_PAGE = """\
<!DOCTYPE html>
<html lang="{{ document.language }}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'sha256-{{ style_digest }}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ document.title }}</title>
<style>{{ style }}</style>
</head>
<body>
<main>
<h1>{{ document.title }}</h1>
{% for section in document.sections %}
<section>
<h2>{{ section.heading }}</h2>
{% for paragraph in section.paragraphs %}
<p>{{ paragraph }}</p>
{% endfor %}
{% if section.items %}
<ul>
{% for item in section.items %}
<li>{{ item }}</li>
{% endfor %}
</ul>
{% endif %}
{% if section.rows %}
<table>
<thead><tr>{% for name in section.head %}<th scope="col">{{ name }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in section.rows %}
<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</tbody>
</table>
{% endif %}
</section>
{% endfor %}
</main>
</body>
</html>
"""


def render(document: Document, form: str) -> str:
    """``form`` is one of ``FORMATS``."""
    return _html(document) if form == "html" else _markdown(document)


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


def _html(document: Document) -> str:
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: value if isinstance(value, Markup) else printable(str(value)),
    )
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    return (
        environment.from_string(_PAGE).render(
            document=document,
            style=Markup(_STYLE),  # noqa: S704 - our own text
            style_digest=digest,
        )
        + "\n"
    )
