"""What a browser did again and again is one sentence, with every place that it was seen at."""

import pytest

from selfhost.audit.evaluate import judge
from selfhost.controls.browser_examples import request, visit
from selfhost.controls.examples import evidence
from selfhost.controls.registry import find
from selfhost.effective.server import Server

TAG = "https://www.googletagmanager.com/gtag/js"


@pytest.mark.parametrize(
    ("control", "outcome"),
    [("browser-trackers", "let through"), ("browser-stopped-requests", "stopped")],
)
def test_the_same_request_at_several_stages_is_one_finding(control: str, outcome: str) -> None:
    stages = ("welcome", "room", "join")
    entries = [request(TAG, outcome=outcome, stage=s, who=f"page {s}") for s in stages]
    found = find(control)
    told = judge(found, Server(evidence(found, visit("browser.requests", *entries))))
    assert told is not None
    (verdict,) = told
    assert "at the stages welcome, room, join, asked for by page welcome, page room and 1 more" in (
        verdict.message
    )
    assert [place.origin.line for place in verdict.cited] == [1, 2, 3]
