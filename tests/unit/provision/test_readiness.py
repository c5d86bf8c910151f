"""The probe's answer, parsed and judged."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfhost.provision.checks import DnsAnswer, Status
from selfhost.provision.facts import Listener, parse_probe
from selfhost.provision.readiness import judge

SETTINGS = {"site_domain": "meet.jitsi.net", "site_public_address": "203.0.113.7"}
DNS = DnsAnswer(("203.0.113.7",))
GROUPS = ("jitsi_signalling", "jitsi_turn", "jitsi_videobridge", "jitsi_web")


def _judged(
    answer: str,
    settings: dict[str, Any] | None = None,
    dns: DnsAnswer = DNS,
    turn: DnsAnswer = DNS,
    offset: float | None = 0.4,
    groups: tuple[str, ...] = GROUPS,
) -> dict[str, tuple[Status, str, str]]:
    facts = parse_probe(answer.encode())
    given = settings or SETTINGS
    names = {given["site_domain"]: dns, given.get("turn_domain", ""): turn}
    checks = judge(facts, given, names, groups=groups, clock_offset=offset)
    return {check.id: (check.status, check.message, check.fix) for check in checks}


def test_a_good_server_is_ready(answer: str) -> None:
    judged = _judged(answer)
    assert {status for status, _, _ in judged.values()} == {Status.OK}
    assert len(judged) == 15
    assert judged["memory"][1] == "4.0 GiB; heaps: bridge 1024 MiB, focus 512 MiB"
    assert judged["disk"][1] == "19.1 GiB free"


@pytest.mark.parametrize(
    ("check", "old", "new", "status", "message"),
    [
        ("privilege", "\nroot\n", "\ndenied\n", "failed", "sudo asks for a password"),
        ("privilege", "\nroot\n", "\nno-sudo\n", "failed", "not root and sudo is not installed"),
        ("privilege", "\nroot\n", "\nsudo\n", "ok", "through sudo"),
        ("privilege", "\nroot\n", "\n", "unknown", "did not say"),
        ("distribution", 'VERSION_ID="12"', 'VERSION_ID="11"', "failed", "is not supported"),
        ("distribution", "ID=debian", "ID=fedora", "failed", "is not supported"),
        ("distribution", "ID=debian", "", "unknown", "os-release"),
        ("architecture", "amd64", "armhf", "failed", "armhf is not supported"),
        ("architecture", "amd64", "arm64", "ok", "arm64"),
        ("systemd", "== init\nsystemd", "== init\ntini", "failed", "process 1 is tini"),
        ("systemd", "\nrunning", "\ndegraded", "warning", "a unit has failed"),
        ("systemd", "\nrunning", "\nstarting", "warning", "still booting"),
        ("python", "3.11", "", "failed", "python3 is missing"),
        ("python", "3.11", "3.7", "failed", "Python 3.7 is too old"),
        ("packages", "== dpkg\n", "== dpkg\nhalf installed\n", "failed", "interrupted"),
        ("memory", "4194304", "1048576", "failed", "1.0 GiB of memory is too little"),
        ("memory", "4194304", "1900000", "warning", "small meetings only"),
        ("memory", "4194304", "9" * 40, "unknown", "not known"),
        ("kernel", "212992\n", "212992\nfixed\n", "warning", "cannot be raised"),
        ("kernel", "212992\n", "10485760\nfixed\n", "ok", "net.core.rmem_max is 10485760"),
        ("kernel", "212992\n", "\n", "ok", "will be raised to 10485760"),
        ("disk", "20000000", "900000", "failed", "too little"),
        ("disk", "20000000", "5000000", "warning", "4.8 GiB free"),
        ("ports", "\nend\n", "\n", "unknown", "ss is missing"),
        ("ports", "0.0.0.0:22 ", "0.0.0.0:443 ", "failed", "ssh holds 443/tcp"),
        ("conflicts", "== packages\n", "== packages\nii  caddy\n", "warning", "caddy"),
        ("conflicts", "== packages\n", "== packages\nrc  caddy\n", "ok", "no other"),
        ("conflicts", "== packages\n", "== packages\nii  jibri\n", "warning", "can record"),
        ("conflicts", "== packages\n", "== packages\nii  nginx\n", "warning", "already"),
        ("conflicts", "== packages\n", "== packages\nii  nginx\nii  jicofo\n", "ok", "no other"),
        ("address", "203.0.113.7/24", "10.0.0.7/24", "failed", "behind NAT"),
        ("address", "== addresses\n", "== other\n", "unknown", "not known"),
    ],
)
def test_what_is_wrong_is_said_with_a_way_to_mend_it(
    answer: str, check: str, old: str, new: str, status: str, message: str
) -> None:
    assert old in answer
    got, said, fix = _judged(answer.replace(old, new, 1))[check]
    assert (got.value, message in said) == (status, True), said
    assert bool(fix) == (status != "ok")


@pytest.mark.parametrize(
    ("offset", "status", "message"),
    [
        (-4.0, "ok", "agrees"),
        (30.0, "warning", "30 seconds ahead of"),
        (-3600.0, "failed", "3600 seconds behind"),
        (None, "unknown", "could not be read"),
    ],
)
def test_clock(answer: str, offset: float | None, status: str, message: str) -> None:
    got, said, _ = _judged(answer, offset=offset)["clock"]
    assert (got.value, message in said) == (status, True), said


@pytest.mark.parametrize(
    ("domain", "addresses", "failure", "status", "message"),
    [
        ("meet.jitsi.net", (), "", "failed", "has no address in DNS"),
        ("meet.example.test", (), "", "warning", "reserved for tests"),
        ("meet.example.net", (), "", "warning", "reserved for tests"),
        ("meet.jitsi.net", ("198.51.100.1",), "", "failed", "leads to 198.51.100.1, not to"),
        ("meet.jitsi.net", ("2001:db8::9",), "", "warning", "which the settings do not know"),
        ("meet.jitsi.net", (), "timed out", "unknown", "could not be looked up: timed out"),
        ("meet.jitsi.net", ("203.0.113.7", "2001:db8::7"), "", "ok", "leads to"),
    ],
)
def test_dns(
    answer: str, domain: str, addresses: tuple[str, ...], failure: str, status: str, message: str
) -> None:
    settings = {**SETTINGS, "site_domain": domain, "site_public_address_v6": "2001:db8::7"}
    got, said, _ = _judged(answer, settings, DnsAnswer(addresses, failure))["dns"]
    assert (got.value, message in said) == (status, True), said


def test_the_name_of_the_relay_has_to_lead_to_its_host(answer: str) -> None:
    settings = {**SETTINGS, "turn_domain": "turn.jitsi.net"}
    assert _judged(answer, settings)["turn-dns"][0] is Status.OK
    got, said, fix = _judged(answer, settings, turn=DnsAnswer(("198.51.100.1",)))["turn-dns"]
    assert (got, "turn.jitsi.net leads to 198.51.100.1" in said) == (Status.FAILED, True)
    assert "203.0.113.7" in fix
    same = {**SETTINGS, "turn_domain": SETTINGS["site_domain"]}
    assert "turn-dns" not in _judged(answer, same)


def test_each_name_is_asked_of_the_host_that_it_is_for(answer: str) -> None:
    settings = {**SETTINGS, "turn_domain": "turn.jitsi.net"}
    elsewhere = DnsAnswer(("198.51.100.1",))
    bridge = _judged(answer, settings, elsewhere, elsewhere, groups=("jitsi_videobridge",))
    assert not {"dns", "turn-dns"} & set(bridge)
    turn = _judged(answer, settings, elsewhere, groups=("jitsi_turn",))
    assert "dns" not in turn
    assert turn["turn-dns"][0] is Status.OK
    web = _judged(answer, settings, DNS, elsewhere, groups=("jitsi_web", "jitsi_signalling"))
    assert web["dns"][0] is Status.OK
    assert "turn-dns" not in web


def test_nat_with_the_servers_own_address(answer: str) -> None:
    inside = answer.replace("203.0.113.7/24", "10.0.0.7/24")
    good = _judged(inside, {**SETTINGS, "site_private_address": "10.0.0.7"})["address"]
    assert good[0] is Status.OK
    bad = _judged(inside, {**SETTINGS, "site_private_address": "10.0.0.8"})["address"]
    assert bad[0] is Status.FAILED
    assert "10.0.0.7" in bad[2]


def test_ipv6_is_on_the_interface_or_not_in_the_settings(answer: str) -> None:
    settings = {**SETTINGS, "site_public_address_v6": "2001:db8::99"}
    failed = _judged(answer, settings)["address"]
    assert failed[0] is Status.FAILED
    assert "2001:db8::99 is on no interface" in failed[1]
    assert failed[2] == "set it to one of: 2001:db8::7"
    there = {**SETTINGS, "site_public_address_v6": "2001:db8::7"}
    assert _judged(answer, there)["address"][0] is Status.OK
    without = answer.replace("inet6 2001:db8::7/64", "inet 192.0.2.9/24")
    assert "there is no IPv6" in _judged(without, there)["address"][2]


def test_listeners_belong_to_units_or_else_to_programs() -> None:
    text = (
        "== listeners\n"
        'tcp LISTEN 0 511 192.0.2.1:443 0.0.0.0:* users:(("nginx",pid=12,fd=8),("x",pid=9,fd=8))\n'
        'udp UNCONN 0 0 *:10000 *:* users:(("python3",pid=14,fd=3))\n'
        'tcp LISTEN 0 9 [::1]:5222 [::]:* users:(("lua5.4",pid=15,fd=3))\n'
        "tcp LISTEN 0 9 192.0.2.1:80 0.0.0.0:*\n"
        "udp UNCONN 0 0 *:3478 *:* uid:104 ino:99 sk:1 cgroup:unreachable:10 <->\n"
        "udp UNCONN 0 0 *:5349 *:* uid:105 ino:99 sk:1 cgroup:unreachable:10 <->\n"
        "tcp LISTEN nonsense\nend\n"
        "== users\nturnserver:x:104:111::/:/usr/sbin/nologin\nodd\n"
        "== units\n"
        "pid=12 0::/system.slice/nginx.service \n"
        "pid=14 1:name=systemd:/x/system.slice/jitsi-videobridge2.service 0::/ \n"
    )
    facts = parse_probe(text.encode())
    assert facts.listeners == (
        Listener("tcp", "192.0.2.1", 443, "nginx", "nginx.service"),
        Listener("udp", "*", 10000, "python3", "jitsi-videobridge2.service"),
        Listener("tcp", "::1", 5222, "lua5.4", ""),
        Listener("tcp", "192.0.2.1", 80, "", ""),
        Listener("udp", "*", 3478, "", "", "turnserver"),
        Listener("udp", "*", 5349, "", "", ""),
    )
    checks = judge(facts, SETTINGS, {SETTINGS["site_domain"]: DNS}, groups=GROUPS, clock_offset=0)
    (ports,) = [check for check in checks if check.id == "ports"]
    assert ports.message == "another program holds 80/tcp, which the server needs"


@given(st.binary(max_size=2000))
def test_whatever_a_server_prints_is_judged(noise: bytes) -> None:
    for output in (noise, b"== listeners\n" + noise + b"\nend\n== addresses\n" + noise):
        facts = parse_probe(output)
        checks = judge(
            facts, SETTINGS, {SETTINGS["site_domain"]: DNS}, groups=GROUPS, clock_offset=None
        )
        assert any(check.status is not Status.OK for check in checks)
        assert all(c.isprintable() for check in checks for c in check.message + check.fix)


def test_what_is_needed_is_the_settings_word(answer: str) -> None:
    settings: dict[str, Any] = {**SETTINGS, "preflight_minimum_memory_mb": 5000}
    assert _judged(answer, settings)["memory"][0] is Status.FAILED
    settings = {**SETTINGS, "preflight_minimum_disk_mb": 50_000}
    assert "free 50000 MiB" in _judged(answer, settings)["disk"][2]
    small = answer.replace("4194304", "1048576")
    settings = {**SETTINGS, "preflight_minimum_memory_mb": 900}
    assert _judged(small, settings)["memory"][0] is Status.WARNING


def test_the_bridges_port_is_the_settings_word(answer: str) -> None:
    taken = answer.replace("lo:53 ", "lo:10001 ")
    assert _judged(taken)["ports"][0] is Status.OK
    other = _judged(taken, {**SETTINGS, "videobridge_udp_port": 10001})["ports"]
    assert (other[0], "resolved holds 10001/udp" in other[1]) == (Status.FAILED, True)


def test_what_a_host_does_decides_how_much_it_needs(answer: str) -> None:
    relay = answer.replace("4194304", "1000000")
    assert _judged(relay)["memory"][0] is Status.FAILED
    judged = _judged(relay, groups=("jitsi_turn",))
    assert judged["memory"][:2] == (Status.OK, "1.0 GiB")
    assert "no bridge" in judged["kernel"][1]
    alone = _judged(answer, groups=("jitsi_videobridge",))["memory"][1]
    assert alone == "4.0 GiB; heaps: bridge 2048 MiB"
