"""The probe's answer is typed, whatever it is."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfhost.health.facts import Facts, Unit, parse_facts
from selfhost.health.probe import applications, certificates, logs, look, services

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
SECTIONS = sorted(look.SECTIONS)


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
    answer = look.look({"domain": "meet.example.org", "turn_domain": "meet.example.org"})
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
    assert certificates.leaf(chain) == certificates.leaf(wanted) == wanted


def test_what_a_service_logged_before_its_start_is_past() -> None:
    start = time.mktime((2026, 3, 1, 12, 0, 0, 0, 0, -1))
    java = [
        "JVB 2026-03-01 11:00:00.123 SEVERE: [1] Main.main: OutOfMemoryError",
        "\tat org.jitsi.Main",
        "JVB 2026-03-01 12:00:05.123 INFO: [1] Main.main: started",
        "# There is insufficient memory for the Java Runtime Environment",
    ]
    written = start + 8000  # the last line bears no time
    assert logs.recent(java, start, written) == java[2:]
    assert logs.recent(java, start - 7200, written) == java
    assert logs.recent(java, start + 7200, written) == java[3:]
    assert logs.recent(java, start + 9000, written) == []
    assert logs.recent([*java[:2], java[3], java[2]], start, written) == [java[2]]
    unknown = ["no time", "here: OutOfMemoryError"]
    assert logs.recent(unknown, start, written) == unknown
    assert logs.recent([], start, written) == []


def test_prosody_s_lines_bear_no_year() -> None:
    now = time.time()
    for seconds in (0, 40 * 86400, 300 * 86400):
        then = time.localtime(now - seconds)
        line = time.strftime("%b %d %H:%M:%S modulemanager\terror\tno", then)
        assert logs.time_of(line) == time.mktime(then)
    for line in ("", "May", "Foo 31 10:00:00 x", "Feb 31 10:00:00 x", "2026-13-45 99:00:00"):
        assert logs.time_of(line) is None


def test_logs_are_read_from_the_start_of_their_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "prosody.err"
    stamp = time.strftime("%b %d %H:%M:%S", time.localtime(time.time() - 3600))
    log.write_text(f"{stamp} modulemanager\terror\tmodule 'basexx' not found:\n", "utf-8")
    monkeypatch.setattr(logs, "LOGS", {"prosody": (str(log), "prosody")})
    monkeypatch.setattr(logs, "units", lambda _: {})
    for start, modules in ((time.time() - 7200, ["basexx"]), (time.time() - 60, [])):
        processes = [{"user": "prosody", "started": start, "heap": None}]
        monkeypatch.setattr(logs, "processes", lambda _, found=processes: found)
        assert logs.logs({})["prosody"]["modules"] == modules
    monkeypatch.setattr(logs, "processes", lambda _: [])
    for ended, modules in ((time.time() - 3600, ["basexx"]), (time.time() - 60, [])):
        unit = {"prosody": {"since": ended}}
        monkeypatch.setattr(logs, "units", lambda _, found=unit: found)
        assert logs.logs({})["prosody"]["modules"] == modules


def test_units_that_the_kernel_ended_are_read_from_the_journal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = (
        '{"UNIT":"jicofo.service","__REALTIME_TIMESTAMP":"1795829667932548"}\n'
        '{"UNIT":"jicofo.service","__REALTIME_TIMESTAMP":"1795829669000000"}\n'
    )
    monkeypatch.setattr(services, "run", lambda *_: lines)
    assert services.killed_for_memory() == {"jicofo.service": 1795829669.0}
    monkeypatch.setattr(services, "run", lambda *_: None)
    assert services.killed_for_memory() == {}


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
    monkeypatch.setattr(applications, "read", lambda path, *_: files.get(path))
    monkeypatch.setattr("os.path.isdir", lambda path: account.startswith(str(path)))
    order = {"domain": "a-b.org"}
    for text, answer in (
        ('# PASSWORD="old"\nshard {\n  PASSWORD="Pencil0Pencil0Pencil"\n}\n', "right"),
        ('shard { PASSWORD = 1 }\nx.shard.PASSWORD : "Stolen0Stolen0Stolen"\n', "wrong"),
        ("# PASSWORD = Pencil0Pencil0Pencil\n", None),
    ):
        files[conf] = text
        assert applications.account("jvb", order) == answer
    assert applications.account("focus", order) == "missing"
    assert applications.account("jvb", {"domain": "elsewhere.org"}) is None
