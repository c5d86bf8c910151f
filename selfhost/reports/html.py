"""The audit as one HTML page."""

from collections.abc import Sequence

from selfhost.audit.model import Outcome, Report
from selfhost.history.model import Entry
from selfhost.reports import charts, single_page, words
from selfhost.reports.dataflow import derive, tall, wide
from selfhost.reports.dataflow import words as flow_words
from selfhost.reports.dataflow.drawing import sample
from selfhost.reports.selection import grouped, obstacle, ordered

_STYLES = ("tokens.css", "dataflow.css", "audit.css")


def render(report: Report, history: Sequence[Entry] = ()) -> str:
    """The page. Text that came from a server has no control characters and is no markup.

    ``history``: the site's audits, this one last; there are charts of two and more.
    """
    found = derive.flows(report)
    return single_page.render(
        "selfhost.reports",
        "audit.html.j2",
        _STYLES,
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
    )
