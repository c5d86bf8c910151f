"""The probe's answer is typed, whatever it is."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfhost.health import probe
from selfhost.health.facts import Facts, Unit, parse_facts

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
SECTIONS = sorted(probe.SECTIONS)


def parsed(raw: dict[str, Any]) -> Facts:
    facts = parse_facts(json.dumps(raw).encode())
    assert facts is not None
    return facts


def test_a_healthy_answer_is_read_whole(raw: dict[str, Any]) -> None:
    facts = parsed(raw)
    assert facts.units is not None
    assert facts.units["nginx"].active == "active"
    assert facts.focus is not None
    assert facts.focus.operational == 1
    assert facts.bridge is not None
    assert facts.bridge.mappings == (("10.0.0.5", "203.0.113.7"),)
    assert facts.listeners is not None
    listening = facts.listeners.listeners()
    assert listening is not None
    assert ("udp", 10000, "java") in {(x.protocol, x.port, x.program) for x in listening}
    missing = [name for name in SECTIONS if getattr(facts, name) is None]
    assert missing == []


@pytest.mark.parametrize(
    "output", [b"", b"{", b"[]", b'{"selfhost-probe": 2}', b'{"selfhost-probe": 1}', b"[" * 10**5]
)
def test_what_is_not_an_answer_is_none(output: bytes) -> None:
    assert parse_facts(output) is None


def test_what_does_not_fit_is_unknown_and_the_rest_stays(raw: dict[str, Any]) -> None:
    raw["units"]["nginx"] = {"active": 5, "restarts": True, "since": "x", "sub": "running"}
    raw["focus"] = "hello"
    raw["processes"] = [1, 2]
    facts = parsed(raw)
    assert facts.units is not None
    assert facts.units["nginx"] == Unit(sub="running")
    assert facts.focus is None
    assert facts.processes is None
    assert facts.bridge is not None


@given(st.sampled_from(SECTIONS), JSON)
def test_nothing_that_a_server_says_raises(section: str, value: Any) -> None:
    answer = {"selfhost-probe": 1, "now": 1.0, section: value}
    facts = parse_facts(json.dumps(answer).encode("utf-8", "surrogatepass"))
    assert isinstance(facts, Facts)


def test_the_probe_runs_here_and_says_nothing_that_it_should_not() -> None:
    """Whatever machine this is: every section answers, or is null, and none raises."""
    answer = probe.look({"domain": "meet.example.org", "turn_domain": "meet.example.org"})
    facts = parse_facts(json.dumps(answer).encode())
    assert facts is not None
    assert facts.machine is not None
    assert facts.machine.memory.total
    assert facts.machine.disks[0].free
