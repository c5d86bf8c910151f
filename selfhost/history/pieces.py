"""A report in pieces, so that what two reports have in common is kept once. Pure.

Most results of an audit are, byte for byte, those of the audit before.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from selfhost.audit.model import Report
from selfhost.reports import json as json_report

#: Parts of a report, as a list under this key, that are kept apart.
_RESULTS = "results"
_DOCUMENTS = "documents"
_TARGETS = "targets"


def split(report: Report, keep: Callable[[str], int]) -> str:
    """The report as JSON with numbers for its pieces; ``keep`` takes a piece and numbers it."""

    def numbered(pieces: Iterable[object]) -> list[int]:
        return [keep(_compact(piece)) for piece in pieces]

    results = numbered(map(json_report.result_item, report.results))
    targets = [
        {**target, _DOCUMENTS: numbered(target[_DOCUMENTS])}
        for target in map(json_report.target_item, report.targets)
    ]
    return _compact({**json_report.head(report), _RESULTS: results, _TARGETS: targets})


def _compact(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def numbers(skeleton: str) -> list[int]:
    """The pieces that a report is made of, each once."""
    whole = json.loads(skeleton)
    lists = [whole[_RESULTS], *(target[_DOCUMENTS] for target in whole[_TARGETS])]
    return sorted({number for one in lists for number in one})


def join(skeleton: str, pieces: Mapping[int, str]) -> dict[str, Any]:
    """The report's JSON again. Raises KeyError for a piece that is not there."""

    def joined(numbers: Iterable[int]) -> Any:
        return json.loads(f"[{','.join(pieces[number] for number in numbers)}]")

    whole: dict[str, Any] = json.loads(skeleton)
    whole[_RESULTS] = joined(whole[_RESULTS])
    for target in whole[_TARGETS]:
        target[_DOCUMENTS] = joined(target[_DOCUMENTS])
    return whole


def written(document: Mapping[str, Any]) -> Iterator[str]:
    """As ``selfhost.reports.json`` writes it, piece by piece."""
    long = {_TARGETS: document[_TARGETS], _RESULTS: document[_RESULTS]}
    short = {key: value for key, value in document.items() if key not in long}
    return json_report.written(short, long)
