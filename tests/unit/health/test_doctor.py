"""Each cause that the doctor knows: brought about in a healthy server's facts, and told."""

import json
import re
import socket
import threading
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from selfhost.controls import registry
from selfhost.health import outside
from selfhost.health.diagnosis import WORDS, Diagnosis, Look, Outside, Symptom, Undecided
from selfhost.health.doctor import diagnose
from selfhost.health.expected import Expected
from selfhost.health.facts import parse_facts
from selfhost.health.recurring import RECURRING
from selfhost.health.rules import RULES
from selfhost.provision.checks import DnsAnswer
from selfhost.reports import diagnosis as report
from tests.lab.ailments import ELSEWHERE, FREQUENT, IMPOSSIBLE, RARE
from tests.unit.health.conftest import ALL, DAY, NOW
from tests.unit.health.conftest import RULES as FILTER

Make = Callable[..., Expected]
Raw = dict[str, Any]
ROOT = Path(__file__).resolve().parents[3]
GOOD_DNS = DnsAnswer(("203.0.113.7",))
OPEN = Outside(web=True, plain_web=True, media=True, turn=True, turn_tls=True)
JVB_LOG = {"errors": {"certificate": {"count": 9, "lines_ago": 2}}, "modules": [], "written": NOW}
UFW = "chain input { type filter hook input priority 0; policy drop; tcp dport 22 accept }"


def looked(raw: Raw, expected: Expected, **more: Any) -> Look:
    facts = parse_facts(json.dumps(raw).encode())
    assert facts is not None
    return Look(facts, expected, **{"dns": GOOD_DNS, "outside": OPEN, "clock_offset": 0.0, **more})


def told(look: Look, symptom: Symptom | None = None) -> list[str]:
    return [found.rule for found in diagnose("h", look, symptom)[0]]


def spoil(raw: Raw, path: str, value: Any) -> None:
    *parents, last = path.split("/")
    place: Any = raw
    for parent in parents:
        place = place[int(parent)] if isinstance(place, list) else place[parent]
    place[int(last) if isinstance(place, list) else last] = value


def test_a_healthy_server_has_nothing(raw: Raw, expected: Make) -> None:
    assert diagnose("h", looked(raw, expected())) == ((), ())


#: rule, what is spoiled, words of the evidence or the fix.
CASES: list[tuple[str, dict[str, Any], str]] = [
    ("disk-full", {"machine/disks/1/free": 3}, "/var: 3 MiB of 40000 free"),
    ("disk-full", {"machine/disks/0/nodes_free": 0}, "no file can be made"),
    ("memory-heaps-too-large", {"processes/1/heap": 3072}, "jvb may take 3072 MiB"),
    (
        "memory-too-little",
        {"machine/memory/total": 1700, "processes/1/heap": 512},
        "needs 1800 MiB",
    ),
    ("killed-for-memory", {"units/jitsi-videobridge2/result": "oom-kill"}, "want of memory"),
    (  # systemd has started it again
        "killed-for-memory",
        {"units/jitsi-videobridge2/killed": NOW - 3 * DAY - 3},
        "jitsi-videobridge2 was ended",
    ),
    (
        "killed-for-memory",
        {"logs/jicofo/errors": {"memory": {"count": 1, "lines_ago": 1}}},
        "the log of jicofo",
    ),
    ("receive-buffers", {"machine/receive_buffer": 212992}, "rmem_max is 212992"),
    ("update-half-done", {"packages/installed/jicofo/state": "half-configured"}, "jicofo: half"),
    ("prosody-java-versions", {"packages/installed/prosody/version": "0.11.9-2"}, "0.11.9"),
    (
        "prosody-java-versions",
        {"packages/installed/openjdk-17-jre-headless": {"state": 5}},
        "",
    ),
    (
        "prosody-modules",
        {"logs/prosody": {"errors": {}, "modules": ["basexx"], "written": NOW}},
        "basexx",
    ),
    ("plugins-not-loaded", {"xmpp/plugins_written": NOW - 60}, "newer than the running"),
    (
        "port-taken",
        {"listeners/sockets": 'tcp LISTEN 0 1 [::]:443 [::]:* users:(("apache2",pid=1,fd=1))\n'},
        "apache2 holds 443/tcp",
    ),
    ("prosody-dead", {"units/prosody/active": "inactive"}, "prosody.service: inactive"),
    ("jicofo-dead", {"focus/answers": False}, "127.0.0.1:8888"),
    ("jitsi-videobridge2-dead", {"units/jitsi-videobridge2/active": "failed"}, "failed"),
    (
        "nginx-dead",
        {"units/nginx/active": "failed", "complaints": {"nginx": "unknown directive"}},
        "it says: unknown directive",
    ),
    ("coturn-dead", {"units/coturn/active": "failed"}, "failed"),
    ("site-not-served", {"web/settings": False}, "not this domain's settings"),
    ("site-not-served", {"web/status": 404}, "status 404"),
    ("xmpp-not-answering", {"xmpp/status": 404}, "answers 404"),
    ("domain-leftovers", {"names/web": ["meet.example.org", "old.example.org"]}, "old.example"),
    ("domain-leftovers", {"names/xmpp": []}, "not set up for meet.example.org"),
    ("domain-leftovers", {"bridge/domain": "old.example.org"}, "bridge is set up for old"),
    ("focus-password", {"focus/account": "wrong", "focus/operational": 0}, "focus"),
    ("jvb-password", {"bridge/account": "missing", "focus/operational": 0}, "no account jvb"),
    ("trust-stale", {"xmpp/trusted": False, "focus/operational": 0}, "trusted"),
    (
        "trust-stale",
        {
            "xmpp/java_trust_written": NOW - 60,
            "focus/operational": 0,
            "logs/jitsi-videobridge2": JVB_LOG,
        },
        "started before",
    ),
    ("bridge-not-logged-in", {"focus/operational": 0}, "0 of 1 bridges work"),
    (
        "bridge-not-logged-in",
        {"focus/operational": 0, "logs/jitsi-videobridge2": JVB_LOG},
        "PKIX",
    ),
    ("firewall-off", {"firewall/tables": [], "firewall/rules": ""}, "no table inet selfhost"),
    ("firewall-blocks-media", {"firewall/rules": FILTER.replace("10000", "10001")}, "10000/udp"),
    ("firewall-blocks-web", {"firewall/rules": FILTER.replace("80, 443", "80")}, "443/tcp"),
    ("firewall-blocks-turn", {"firewall/rules": FILTER.replace("3478", "3479")}, "3478/udp"),
    (
        "other-firewall",
        {"firewall/dropping": [{"name": "ip filter", "rules": UFW}]},
        "ufw allow 10000/udp",
    ),
    ("settings-of-old", {"bridge/legacy": True}, "sip-communicator"),
    ("address-mapping", {"bridge/mappings": [["10.0.0.9", "203.0.113.7"]]}, "10.0.0.9 is"),
    ("address-mapping", {"bridge/mappings": []}, "no mapping"),
    ("address-mapping", {"machine/addresses": ["192.168.1.4"]}, "192.168.1.4"),
    ("bridge-port", {"listeners/sockets": ""}, "UDP port 10000"),
    ("bridge-unhealthy", {"bridge/healthy": False, "bridge/complaint": "no"}, "of itself: no"),
    ("certificate-expired", {"certificates/web served/end": NOW - 3 * DAY}, "3 days ago"),
    ("certificate-expired", {"certificates/web served/start": NOW + DAY}, "not come yet"),
    ("certificate-names", {"certificates/web served/names": ["x.example"]}, "for x.example"),
    (
        "certificate-not-reloaded",
        {
            "certificates/web/fingerprint": "CC",
            "certificates/turn/fingerprint": "CC",
            "certificates/turn served/fingerprint": "CC",
        },
        "port 443",
    ),
    (
        "xmpp-certificate-expired",
        {"certificates/xmpp/end": NOW - DAY, "focus/operational": 0},
        "1 days ago",
    ),
    (
        "turn-certificate-old",
        {"certificates/turn/fingerprint": "OLD", "certificates/turn served/fingerprint": "OLD"},
        "older",
    ),
    ("turn-certificate-old", {"certificates/turn served/fingerprint": "OLD"}, "port 5349"),
    ("turn-certificate-expired", {"certificates/turn served/end": NOW - DAY}, "1 days ago"),
    ("turn-no-tls", {"certificates/turn served": None}, "port 5349"),
]


@pytest.mark.parametrize(("rule", "changes", "words"), CASES)
def test_a_cause_is_told_alone(
    raw: Raw, expected: Make, rule: str, changes: dict[str, Any], words: str
) -> None:
    for path, value in changes.items():
        spoil(raw, path, value)
    if rule == "prosody-java-versions" and not words:
        del raw["packages"]["installed"]["openjdk-17-jre-headless"]
    found, undecided = diagnose("h", looked(raw, expected()))
    assert [diagnosis.rule for diagnosis in found] == [rule]
    assert words in " ".join([found[0].cause, *found[0].evidence, found[0].fix])
    assert undecided == ()


@pytest.mark.parametrize(
    ("rule", "more", "words"),
    [
        ("clock-wrong", {"clock_offset": -4000.0}, "4000 s behind"),
        ("dns-wrong", {"dns": DnsAnswer(("198.51.100.1",))}, "leads to 198.51.100.1"),
        ("media-unreachable", {"outside": Outside(True, True, False, True, True)}, "UDP port"),
        ("web-unreachable", {"outside": Outside(False, True, True, True, True)}, "TCP port 443"),
        ("turn-unreachable", {"outside": Outside(True, True, True, False, True)}, "3478"),
    ],
)
def test_what_is_seen_from_here(
    raw: Raw, expected: Make, rule: str, more: dict[str, Any], words: str
) -> None:
    # The name is not one of those that are reserved for examples.
    text = json.dumps(raw).replace("meet.example.org", "meet.jitsi.net")
    site = expected(domain="meet.jitsi.net", turn_domain="meet.jitsi.net")
    found, _ = diagnose("h", looked(json.loads(text), site, **more))
    assert [diagnosis.rule for diagnosis in found] == [rule]
    assert words in " ".join(found[0].evidence)


def test_every_rule_has_a_case() -> None:
    shown = {rule for rule, _, _ in CASES} | {
        *("clock-wrong", "dns-wrong", "media-unreachable", "web-unreachable", "turn-unreachable"),
        *("not-root", "settings-left-aside", "other-server", "certificate-self-signed"),
    }
    assert {rule.id for rule in RULES} == shown


def test_every_rule_has_an_ailment_that_the_lab_makes_or_a_reason_why_not() -> None:
    made = {rule for ailment in (*FREQUENT, *RARE) for rule in ailment.told}
    assert {rule.id for rule in RULES} == made | set(ELSEWHERE) | set(IMPOSSIBLE)
    assert not made & set(ELSEWHERE)
    assert not (made | set(ELSEWHERE)) & set(IMPOSSIBLE)
    source = (ROOT / "tests" / "lab" / "test_doctor.py").read_text(encoding="utf-8")
    assert [test for test in ELSEWHERE.values() if f"def {test}(" not in source] == []
    document = (ROOT / "docs" / "lab.md").read_text(encoding="utf-8")
    assert [rule for rule in IMPOSSIBLE if f"`{rule}`" not in document] == []


def test_an_end_for_want_of_memory_is_past_once_somebody_has_started_the_service(
    raw: Raw, expected: Make
) -> None:
    raw["units"]["jitsi-videobridge2"].update(killed=NOW - 2 * DAY, since=NOW - DAY)
    assert told(looked(raw, expected())) == []


def test_rules_are_sound() -> None:
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))
    for rule in RULES:
        assert set(rule.explained_by) <= set(ids), rule.id
        assert rule.id not in rule.explained_by
        assert rule.symptoms, rule.id
        assert rule.cause.endswith("."), rule.id
    assert {symptom for rule in RULES for symptom in rule.symptoms} == set(Symptom)


def test_every_recurring_trouble_is_answered_by_a_rule_or_elsewhere() -> None:
    answered = {row for rule in RULES for row in rule.rows}
    assert answered <= set(RECURRING)
    for number, trouble in RECURRING.items():
        assert trouble.elsewhere or number in answered, trouble.words
        for name in re.findall(r"audit: (.*)", trouble.elsewhere):
            for control in re.findall(r"`([\w-]+)`", name):
                assert registry.find(control).id == control


def test_the_deepest_cause_is_told_and_not_what_follows_from_it(raw: Raw, expected: Make) -> None:
    raw["units"]["prosody"]["active"] = "failed"
    raw["focus"].update(operational=0, bridges=0, account="missing")
    raw["xmpp"].update(answers=False, status=None)
    assert told(looked(raw, expected())) == ["prosody-dead"]
    raw["machine"]["disks"][0]["free"] = 0
    assert told(looked(raw, expected())) == ["disk-full"]


def test_a_symptom_narrows_and_brings_out_what_is_wanted_so(raw: Raw, expected: Make) -> None:
    raw["bridge"]["mappings"] = []
    raw["certificates"]["web served"]["self_signed"] = True
    look = looked(raw, expected())
    assert told(look) == ["address-mapping"]
    assert told(look, Symptom.THIRD) == ["address-mapping"]
    assert told(look, Symptom.WARNING) == ["certificate-self-signed"]
    assert told(look, Symptom.SLOW) == []


def test_what_is_harmless_alone_is_told_in_company(raw: Raw, expected: Make) -> None:
    raw["packages"]["aside"] = ["/etc/prosody/prosody.cfg.lua.dpkg-dist"]
    raw["packages"]["installed"]["apache2"] = {"version": "2", "state": "installed"}
    assert told(looked(raw, expected())) == []
    raw["units"]["nginx"]["active"] = "failed"
    assert set(told(looked(raw, expected()))) == {
        "settings-left-aside",
        "other-server",
        "nginx-dead",
    }


def test_what_was_not_seen_is_unknown_never_well(raw: Raw, expected: Make) -> None:
    bare = {"selfhost-probe": 1, "now": NOW, "root": False}
    look = looked(bare, expected(), outside=Outside(), clock_offset=None)
    found, undecided = diagnose("h", look)
    assert found == ()
    open_ = {rule for entry in undecided for rule in entry.rules}
    assert {"not-root", "disk-full", "update-half-done", "port-taken", "nginx-dead"} <= open_
    assert {"address-mapping", "media-unreachable", "certificate-expired"} <= open_
    raw["packages"]["under_way"] = True
    raw["packages"]["installed"]["jicofo"]["state"] = "unpacked"
    found, undecided = diagnose("h", looked(raw, expected()))
    assert found == ()
    assert "right now" in undecided[0].why


@pytest.mark.parametrize("group", ALL)
def test_a_host_is_asked_about_its_own_parts_only(raw: Raw, expected: Make, group: str) -> None:
    for section in ("focus", "bridge", "xmpp", "web"):
        if (section, group) not in {
            ("focus", "jitsi_signalling"),
            ("xmpp", "jitsi_signalling"),
            ("bridge", "jitsi_videobridge"),
            ("web", "jitsi_web"),
        }:
            raw[section] = None
    raw["units"] = {
        unit: state
        for unit, state in raw["units"].items()
        if unit in expected(groups=(group,)).units
    }
    found, _ = diagnose("h", looked(raw, expected(groups=(group,))))
    assert found == ()


def test_the_report_is_escaped_and_fits_the_schema() -> None:
    found = Diagnosis("h", "x", (Symptom.THIRD,), "Why.", ("\x1b[2Jgone",), "do it")
    undecided = Undecided("h", "no \x07 answer", ("y",))
    shown = report.render([found], [undecided], [("b", "no \x1b route")], colour=False)
    assert "\x1b" not in shown
    assert shown.index("Why.") < shown.index("gone") < shown.index("do it")
    assert WORDS[Symptom.THIRD] in shown
    schema = files("selfhost.reports").joinpath("schema", "doctor-1.json").read_text("utf-8")
    document = json.loads(report.as_json([found], [undecided], [("b", "x")]))
    jsonschema.validate(document, json.loads(schema))
    assert "All is well." in report.render([], [], [], colour=False)
    assert "as far as could be seen" in report.render([], [undecided], [], colour=False)


def test_the_document_is_that_of_the_rules() -> None:
    path = ROOT / "docs" / "troubleshooting.md"
    assert path.read_text(encoding="utf-8") == report.markdown(RULES)


def test_ports_are_tried_from_here(expected: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "SECONDS", 0.6)
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(type=socket.SOCK_DGRAM) as stun,
        socket.socket(type=socket.SOCK_DGRAM) as silent,
    ):
        stun.bind(("127.0.0.1", 0))
        silent.bind(("127.0.0.1", 0))

        def answer() -> None:
            data, sender = stun.recvfrom(100)
            stun.sendto(b"\x01\x01\0\0" + data[4:20], sender)

        thread = threading.Thread(target=answer)
        thread.start()
        assert outside.answers_stun("127.0.0.1", stun.getsockname()[1]) is True
        thread.join()
        assert outside.answers_stun("127.0.0.1", silent.getsockname()[1]) is None
        assert outside.connects("127.0.0.1", tcp.getsockname()[1])
        closed = silent.getsockname()[1]
    assert outside.answers_stun("127.0.0.1", closed) is False
    assert not outside.connects("127.0.0.1", 1)
    found = outside.try_from_here(
        expected(groups=("jitsi_videobridge",), public_address="127.0.0.1", media_port=closed)
    )
    assert found == Outside(media=False)


@pytest.mark.parametrize(
    ("unit", "changes"),
    [
        ("jicofo", {"focus/answers": False, "focus/operational": None}),
        ("jitsi-videobridge2", {"focus/operational": 0}),
        ("jitsi-videobridge2", {"listeners/sockets": ""}),
        ("prosody", {"focus/operational": 0}),
        ("prosody", {"xmpp/status": None}),
    ],
)
def test_what_has_only_just_started_is_not_judged(
    raw: Raw, expected: Make, unit: str, changes: dict[str, Any]
) -> None:
    raw["units"][unit]["since"] = NOW - 5
    for path, value in changes.items():
        spoil(raw, path, value)
    found, undecided = diagnose("h", looked(raw, expected()))
    assert found == ()
    assert f"{unit} has only just started" in undecided[0].why
