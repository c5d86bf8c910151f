"""A report in pieces, so that what two reports have in common is kept once. Pure.

Most results of an audit are, byte for byte, those of the audit before.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from selfhost.reports import json as report

#: Parts of a report, as a list under this key, that are kept apart.
_RESULTS = "results"
_DOCUMENTS = "documents"


def text(document: Mapping[str, Any]) -> str:
    """As ``selfhost.reports.json`` writes it: the same document gives the same bytes."""
    return report.text(document) + "\n"


def split(document: Mapping[str, Any], keep: Callable[[str], int]) -> str:
    """The report as JSON with numbers for its pieces; ``keep`` takes a piece and numbers it."""

    def number(piece: object) -> int:
        return keep(json.dumps(piece, sort_keys=True, separators=(",", ":")))

    whole = {
        **document,
        _RESULTS: [number(result) for result in document[_RESULTS]],
        "targets": [
            {**target, _DOCUMENTS: [number(one) for one in target[_DOCUMENTS]]}
            for target in document["targets"]
        ],
    }
    return json.dumps(whole, sort_keys=True, separators=(",", ":"))


def numbers(skeleton: str) -> list[int]:
    """The pieces that a report is made of, each once."""
    whole = json.loads(skeleton)
    lists = [whole[_RESULTS], *(target[_DOCUMENTS] for target in whole["targets"])]
    return sorted({number for one in lists for number in one})


def join(skeleton: str, pieces: Mapping[int, str]) -> str:
    """The report's text again. Raises KeyError for a piece that is not there."""
    whole = json.loads(skeleton)
    whole[_RESULTS] = [json.loads(pieces[number]) for number in whole[_RESULTS]]
    for target in whole["targets"]:
        target[_DOCUMENTS] = [json.loads(pieces[number]) for number in target[_DOCUMENTS]]
    return text(whole)
