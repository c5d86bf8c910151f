"""What a bridge says of itself, and waiting until it carries nothing."""

import json
from collections.abc import Iterator

import pytest

from selfhost.bridges.load import Load, parse_load, wait_until_empty
from selfhost.bridges.probe import conferences
from selfhost.errors import TargetError


def said(**changes: object) -> bytes:
    return json.dumps({"drain": True, "conferences": 2, "error": "", **changes}).encode()


def test_an_answer_is_read() -> None:
    assert parse_load(b"a word of the shell's\n" + said(), "jvb1") == Load(True, 2)
    assert str(Load(False, 0)) == "in use, carries no meeting"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (b"", "not understood"),
        (b"[]", "not understood"),
        (b"[" * 100_000, "not understood"),
        (b"\xff\xfe", "not understood"),
        (said(error="Connection refused\x1b[2J"), r"does not answer .*refused\?\[2J"),
        (said(drain="yes"), "does not answer"),
        (said(conferences=None), "does not tell how many"),
        (said(conferences=True), "does not tell how many"),
        (said(conferences=-1), "does not tell how many"),
    ],
)
def test_whatever_else_it_says_is_told(answer: bytes, message: str) -> None:
    with pytest.raises(TargetError, match=message):
        parse_load(answer, "jvb1")


@pytest.mark.parametrize(
    ("metrics", "count"),
    [
        ("# TYPE jitsi_jvb_conferences gauge\njitsi_jvb_conferences 3.0\n", 3),
        ("jitsi_jvb_conferences{} 1.0 1700000000\n", 1),
        ("jitsi_jvb_conferences_created_total 9\n", None),
        ("", None),
    ],
)
def test_the_number_of_meetings_is_found_among_the_metrics(metrics: str, count: int | None) -> None:
    assert conferences(metrics) == count


class Bridge:
    """A bridge and a clock: each look is one of ``counts``, each sleep takes its time."""

    def __init__(self, *counts: int) -> None:
        self.counts: Iterator[int] = iter(counts)
        self.now = 0.0
        self.told: list[str] = []

    def wait(self, patience: float) -> Load:
        return wait_until_empty(
            lambda: Load(True, next(self.counts)),
            patience,
            lambda load, seconds: self.told.append(f"{load.conferences} at {seconds:.0f}"),
            lambda: self.now,
            self.sleep,
        )

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


def test_it_waits_until_the_last_meeting_has_ended_and_tells_changes() -> None:
    bridge = Bridge(2, 2, 1, 0)
    assert bridge.wait(3600).conferences == 0
    assert bridge.told == ["2 at 0", "1 at 10", "0 at 15"]


def test_it_does_not_wait_for_an_empty_one_nor_longer_than_it_may() -> None:
    empty = Bridge(0)
    assert empty.wait(3600) == Load(True, 0)
    assert empty.now == 0
    busy = Bridge(*[1] * 10)
    assert busy.wait(12) == Load(True, 1)
    assert busy.now == 12
