"""What the packet filter counted of what a machine sends, and what acts on request only."""

import json
import os
from typing import Any

import pytest

from selfhost.evidence.collector import attempts, run
from selfhost.evidence.collector.commands import Ran
from selfhost.evidence.plan import active_plan, server_plan


def chain(name: str, hook: str = "", policy: str = "accept", **more: Any) -> dict[str, Any]:
    place: dict[str, Any] = {"family": "inet", "table": "t", "name": name, "handle": 1}
    hooked = {"type": "filter", "hook": hook, "prio": 0, "policy": policy} if hook else {}
    return {"chain": {**place, **hooked, **more}}


def rule(chain: str, handle: int, *expressions: dict[str, Any]) -> dict[str, Any]:
    place = {"family": "inet", "table": "t", "chain": chain, "handle": handle}
    return {"rule": {**place, "expr": list(expressions)}}


def counter(packets: int) -> dict[str, Any]:
    return {"counter": {"packets": packets, "bytes": 0}}


def given(monkeypatch: pytest.MonkeyPatch, *items: dict[str, Any]) -> attempts.Filter:
    text = json.dumps({"nftables": [{"metainfo": {}}, *items]}).encode()
    monkeypatch.setattr(attempts, "run", lambda *_: Ran("present", text, ""))
    return attempts.filter_now()


DROP, REJECT = {"drop": None}, {"reject": {"type": "icmpx", "expr": "admin-prohibited"}}
GO = {"goto": {"target": "own"}}


def test_what_this_machine_sends_is_counted_where_its_rules_lead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    named = {"counter": {"family": "inet", "table": "t", "name": "no", "packets": 5, "bytes": 0}}
    found = given(
        monkeypatch,
        named,
        chain("output", "output"), chain("own"), chain("input", "input"), chain("unused"),
        rule("output", 2, GO), rule("own", 3, {"counter": "no"}, REJECT),
        rule("input", 4, counter(9), DROP), rule("unused", 5, counter(9), DROP),
    )  # fmt: skip
    assert found == attempts.Filter({"inet t own 3": (5, "reject")}, [])


@pytest.mark.parametrize(
    "data", [{"set": [["a", GO]]}, "@map"], ids=["its elements", "elements that are not listed"]
)
def test_maps_lead_on_too(data: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    jump = {"vmap": {"key": {"meta": {"key": "skuid"}}, "data": data}}
    items = (rule("output", 2, jump), rule("own", 3, counter(1), DROP))
    found = given(monkeypatch, chain("output", "output"), chain("own"), *items)
    assert found.counted == {"inet t own 3": (1, "drop")}


def test_refusals_that_do_not_count_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    hooked = chain("output", "output", "drop")
    both = (rule("output", 2, {"match": {}}, DROP), rule("output", 3, counter(1)))
    assert given(monkeypatch, hooked, *both).silent == ["inet t output 2"]
    found = given(monkeypatch, hooked, rule("output", 2, {"match": {}}, counter(1)))
    assert found == attempts.Filter({"inet t output 2": (1, "drop")}, ["inet t output policy"])


@pytest.mark.parametrize("said", [b"", b"[]", b'{"nftables": 1}', b'{"nftables": [{"rule": {}}]}'])
def test_an_answer_that_is_none_is_told(said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "run", lambda *_: Ran("present", said, ""))
    assert attempts.filter_now().why
    monkeypatch.setattr(attempts, "run", lambda *_: Ran("absent", b"", "not installed"))
    assert attempts.filter_now().why == "nft: not installed"


def test_only_root_may_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(attempts, "_try", lambda *_: pytest.fail("tried"))
    (step,) = active_plan()
    assert attempts.probe_attempts(step.as_json())["state"] == "denied"


def test_what_time_was_left_for_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(attempts, "filter_now", lambda: attempts.Filter({}, []))
    monkeypatch.setattr(attempts, "_try", lambda *_: "sent")
    step = {"name": "x", "max_bytes": 9999}
    places = ["attempts", "as root", "as nobody-of-this-name", "udp 127.0.0.1 9", "udp ::1 9"]
    lines = attempts.probe_attempts({**step, "places": places})["content"].splitlines()
    assert [json.loads(line)["what"] for line in lines] == ["filter", "attempt", "attempt", "end"]
    assert json.loads(lines[-1])["left"] == 0
    monkeypatch.setattr(attempts, "_MAX_SECONDS", -1.0)
    lines = attempts.probe_attempts({**step, "places": places})["content"].splitlines()
    assert json.loads(lines[-1])["left"] == 2


def test_it_acts_after_all_else_and_on_request_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    done: list[str] = []

    def noted(step: dict[str, Any], *_: Any) -> Any:
        done.append(step["name"])
        return iter(())

    monkeypatch.setattr(run, "_answer", noted)
    steps = [step.as_json() for step in (*active_plan(), *server_plan())]
    list(run.collect(steps, str(tmp_path)))
    assert done[-1] == "active.attempts"
    assert "active.attempts" not in {step.name for step in server_plan()}
