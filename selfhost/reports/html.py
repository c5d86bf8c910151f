"""The audit as one HTML page: no script, nothing loaded from elsewhere.

Its Content-Security-Policy allows its own style, by digest, and nothing else.
"""

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import jinja2
from markupsafe import Markup

from selfhost.audit.model import Outcome, Report
from selfhost.history.model import Entry
from selfhost.reports import charts, words
from selfhost.reports.dataflow import derive, tall, wide
from selfhost.reports.dataflow import words as flow_words
from selfhost.reports.dataflow.drawing import sample
from selfhost.reports.escape import printable
from selfhost.reports.selection import grouped, obstacle, ordered

_STYLES = ("tokens.css", "dataflow.css", "audit.css")


def render(report: Report, history: Sequence[Entry] = ()) -> str:
    """The page. Text that came from a server has no control characters and is no markup.

    ``history``: the site's audits, this one last; there are charts of two and more.
    """
    style = "".join(map(_source, _STYLES))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    found = derive.flows(report)
    text = (
        _environment()
        .get_template("audit.html.j2")
        .render(
            report=report,
            words=words,
            Outcome=Outcome,
            ordered=ordered,
            grouped=grouped,
            obstacle=obstacle,
            flows=found,
            said=flow_words.said(found),
            state_words=flow_words.WORDS,
            wide=wide.draw(found),
            tall=tall.draw(found),
            legend=[(sample(state), text) for state, text in flow_words.LEGEND.items()],
            charts=charts,
            past=charts.past(history),
            style=Markup(style),  # noqa: S704 - our own files
            style_digest=digest,
        )
    )
    return text + "\n"


def _source(name: str) -> str:
    return files("selfhost.reports").joinpath("templates", name).read_text("utf-8")


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(_source),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
    )


def _harmless(value: object) -> object:
    """Every value that is shown; what is markup already is our own."""
    if isinstance(value, Markup):
        return value
    return printable(value) if isinstance(value, str) else value
