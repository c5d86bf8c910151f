"""Numbers in files, in all of which a hostile one may stand."""

import pytest

from selfhost.audit.evaluate import evaluate
from selfhost.controls import examples
from selfhost.controls.model import Example, Status
from selfhost.controls.registry import find
from selfhost.readers.numbers import whole

LONG = "9" * 5000


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("-1", -1), ("+7", 7), ("9" * 12, 10**12 - 1), ("007", 7)],
)
def test_a_whole_number(text: str, value: int) -> None:
    assert whole(text) == value


@pytest.mark.parametrize("text", ["", "-", "1.5", " 1", "1e3", "0x1", "1_0", "9" * 13, LONG, "٣"])
def test_what_is_none(text: str) -> None:
    assert whole(text) is None


@pytest.mark.parametrize(
    ("control", "source", "text"),
    [
        ("jicofo-metadata-log", "jicofo.logging", f".level={LONG}\n"),
        ("jicofo-metadata-log", "jicofo.logging", f".level=-{LONG}\n"),
        (
            "host-never-packages",
            "host.apt_preferences",
            f"Package: jibri jigasi\nPin: release *\nPin-Priority: -{LONG}\n",
        ),
        ("host-log-rotation", "host.logrotate", f"/var/log/nginx/*.log {{\n rotate {LONG}\n}}\n"),
        ("host-journal-retention", "host.journald", f"[Journal]\nMaxRetentionSec={LONG}\n"),
    ],
)
def test_a_control_survives_a_number_without_an_end(control: str, source: str, text: str) -> None:
    found = find(control)
    results = evaluate(examples.evidence(found, Example({source: text})), [found]).results
    assert {one.status for one in results} <= {Status.FAIL, Status.UNKNOWN}
