"""The formats of an audit's report by name."""

from collections.abc import Iterable, Sequence
from importlib import import_module

from selfhost.audit.model import Report
from selfhost.history.model import Entry


def render(report: Report, form: str, history: Sequence[Entry] = ()) -> str:
    """The report in one of ``reports.FORMATS``, as for a file: no colour, nothing wrapped.

    ``history``: the site's audits, this one last, for a format that has charts.
    """
    if form == "html":
        from selfhost.reports import html

        return html.render(report, history)
    if form == "terminal":
        from selfhost.reports import terminal

        return terminal.render(report, width=None, colour=False)
    text: str = import_module(f"selfhost.reports.{form}").render(report)
    return text


def pieces(report: Report, form: str, history: Sequence[Entry] = ()) -> Iterable[str]:
    """The same, piece by piece where the format can be long."""
    if form == "json":
        from selfhost.reports import json

        return json.pieces(report)
    return (render(report, form, history),)
