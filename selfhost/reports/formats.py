"""The formats of an audit's report by name."""

from importlib import import_module

from selfhost.audit.model import Report


def render(report: Report, form: str) -> str:
    """The report in one of ``reports.FORMATS``, as for a file: no colour, nothing wrapped."""
    if form == "terminal":
        from selfhost.reports import terminal

        return terminal.render(report, width=None, colour=False)
    text: str = import_module(f"selfhost.reports.{form}").render(report)
    return text
