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


def test_a_chain_s_first_certificate_is_the_one_that_is_served() -> None:
    one, two = "A" * 70, "B" * 64
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    chain = f"Bag attributes\n{begin}\n{one}\n{end}\n{begin}\n{two}\n{end}\n"
    wanted = f"{begin}\n{'A' * 64}\n{'A' * 6}\n{end}\n"
    assert probe.leaf(chain) == probe.leaf(wanted) == wanted


#: As Prosody 0.12 writes it for the password Pencil0Pencil0Pencil.
ACCOUNT = """return {
\t["iteration_count"] = 10000;
\t["server_key"] = "4194bac6edba651ba4ced1878385e8e4a742dd3e";
\t["stored_key"] = "1b59ed21e7a8bc4558c6d701f9a4d70073dc0e15";
\t["salt"] = "fe017647-a056-4810-9b50-8fa3ee2c325f";
};
"""


def test_a_password_is_compared_with_its_account(monkeypatch: pytest.MonkeyPatch) -> None:
    account = "/var/lib/prosody/auth%2ea%2db%2eorg/accounts/jvb.dat"
    conf = "/etc/jitsi/videobridge/jvb.conf"
    files = {account: ACCOUNT}
    monkeypatch.setattr(probe, "read", lambda path, *_: files.get(path))
    monkeypatch.setattr("os.path.isdir", lambda path: account.startswith(str(path)))
    order = {"domain": "a-b.org"}
    for text, answer in (
        ('# PASSWORD="old"\nshard {\n  PASSWORD="Pencil0Pencil0Pencil"\n}\n', "right"),
        ('shard { PASSWORD = 1 }\nx.shard.PASSWORD : "Stolen0Stolen0Stolen"\n', "wrong"),
        ("# PASSWORD = Pencil0Pencil0Pencil\n", None),
    ):
        files[conf] = text
        assert probe.account("jvb", order) == answer
    assert probe.account("focus", order) == "missing"
    assert probe.account("jvb", {"domain": "elsewhere.org"}) is None
