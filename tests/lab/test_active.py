"""``audit --active``: what is tried, by which rule it is refused, and what it catches."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from selfhost import lab
from selfhost.audit.evaluate import evaluate
from selfhost.controls.registry import find
from selfhost.evidence.model import Evidence
from selfhost.evidence.plan import active_plan
from selfhost.lab import runtime
from selfhost.targets.order import Order
from selfhost.targets.program import collector_program
from selfhost.targets.ssh import read_answer
from selfhost.targets.ssh_connection import Completed
from tests.lab.conftest import Site
from tests.lab.network_namespaces import PREFIX, PYTHON, Machine, attached, machines

#: Every packet that the kernel lets go ends at this interface.
NOWHERE = """
ip link add nowhere type veth peer name nobody
ip link set nowhere arp off up
ip link set nobody up
ip addr add 198.18.0.1/32 dev nowhere
ip addr add fd98::1/64 dev nowhere nodad
for net in 192.0.2.0/24 198.51.100.0/24 203.0.113.0/24; do ip route replace $net dev nowhere; done
ip -6 route replace 2001:db8::/32 dev nowhere
"""
CHAIN = "type filter hook output priority 0; policy accept;"
REJECT = "meta skuid www-data counter reject with icmpx admin-prohibited"
CASES = {
    "refused and counted": ("pass", f"chain o {{ {CHAIN} {REJECT}; }}"),
    "dropped and counted": ("pass", f"chain o {{ {CHAIN} meta skuid www-data counter drop; }}"),
    "by the policy": ("pass", f"chain o {{ {CHAIN.replace('accept', 'drop')} counter; }}"),
    "in a chain of its own": (
        "pass",
        f"counter n {{}}\nchain own {{ counter name n drop; }}\n"
        f"chain o {{ {CHAIN} meta skuid vmap {{ www-data : goto own }}; }}",
    ),
    "no rules": ("fail", ""),
    "another account's": ("fail", f"chain o {{ {CHAIN} meta skuid games counter drop; }}"),
    "IPv4 only": ("fail", f"chain o {{ {CHAIN} ip version 4 {REJECT}; }}"),
    "datagrams only": ("fail", f"chain o {{ {CHAIN} meta l4proto udp {REJECT}; }}"),
    "but for one port": ("fail", f"chain o {{ {CHAIN} tcp dport 443 accept\n{REJECT}; }}"),
    "counted, and let out": ("fail", f"chain o {{ {CHAIN} meta skuid www-data counter accept; }}"),
    "connections refused without a count": (
        "unknown",
        f"chain o {{ {CHAIN} meta skuid www-data meta l4proto udp counter drop\n"
        "meta skuid www-data drop; }",
    ),
}


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    with machines("active") as (made,):
        made.must("sh", "-ec", NOWHERE)
        yield made


@pytest.mark.parametrize(("status", "rules"), CASES.values(), ids=CASES)
def test_a_filter_is_told_by_what_it_does(
    status: str, rules: str, machine: Machine, tmp_path: Path
) -> None:
    machine.must("nft", "-f", "-", stdin=f"flush ruleset\ntable inet t {{\n{rules}\n}}\n")
    before = machine.must("nft", "--stateless", "list", "ruleset")
    program = tmp_path / "collector.py"
    program.write_bytes(collector_program())
    order = Order(active_plan())
    done = machine.run(PYTHON, "-IS", str(program), stdin=order.to_bytes().decode())
    answer = Completed(done.returncode, done.stdout.encode(), done.stderr.encode())
    evidence = Evidence("x", "2026-01-01T00:00:00Z", read_answer(answer, order, "x"))
    (result,) = evaluate(evidence, [find("active-egress")]).results
    assert str(result.status) == status, (result.message, evidence.documents)
    assert machine.must("nft", "--stateless", "list", "ruleset") == before


@pytest.fixture(scope="module")
def server(site: Site) -> Iterator[Machine]:
    engine = runtime.known()
    pid = engine.call("inspect", "--format", "{{.State.Pid}}", site.server.container).stdout
    try:
        with attached(PREFIX + "tried", int(pid)) as made:
            made.must("sysctl", "-q", "-w", "net.ipv6.conf.all.disable_ipv6=0")
            made.must("sysctl", "-q", "-w", "net.ipv6.conf.default.disable_ipv6=0")
            made.must("sh", "-ec", NOWHERE)
            yield made
            made.must("ip", "link", "del", "nowhere")
    finally:
        site.reset()


def audited(site: Site) -> tuple[dict[str, dict[str, Any]], str]:
    """Result by control, and what was announced."""
    done = site.selfhost("audit", "--active", "--no-history", "--format", "json")
    found = json.loads(done.stdout)["results"]
    return {result["control"]: result for result in found}, done.stderr


def objecting(results: dict[str, dict[str, Any]]) -> set[str]:
    return {name for name, one in results.items() if one["status"] in ("fail", "unknown")}


def test_a_clean_server_refuses_each_try(site: Site, server: Machine) -> None:
    counted = {a: server.counter(f"refused-{a}") for a in ("jicofo", "jvb", "prosody")}
    ruleset = server.must("nft", "--stateless", "list", "ruleset")
    results, announced = audited(site)
    assert objecting(results) == set()
    assert results["active-egress"]["message"] == (
        "30 tries to get something out, as jicofo, jvb, prosody, turnserver, www-data, were refused"
    )
    assert announced.startswith("Active: ")
    assert all(server.counter(f"refused-{a}") >= n + 6 for a, n in counted.items())
    assert server.must("nft", "--stateless", "list", "ruleset") == ruleset
    left = lab.run(site.server.name, ["pgrep", "-u", "jvb,jicofo,prosody,www-data", "python3"])
    assert left.stdout == b""


@pytest.mark.parametrize(
    ("opened", "account", "way"),
    [
        ("out-jvb udp dport 443 accept", "jvb", "198.51.100.1 port 443, UDP"),
        ("out-prosody ip6 daddr ::/0 tcp dport 443 accept", "prosody", "2001:db8::1 port 443, TCP"),
        ("output udp dport 53 accept", "jicofo", "203.0.113.53 port 53, UDP"),
    ],
)
def test_a_rule_that_lets_something_out_is_caught(
    opened: str, account: str, way: str, site: Site, server: Machine
) -> None:
    rules = server.must("nft", "list", "table", "inet", "selfhost")
    server.must("nft", "insert", "rule", "inet", "selfhost", *opened.split())
    try:
        results, _ = audited(site)
    finally:
        put_back = f"delete table inet selfhost\n{rules}"
        server.must("nft", "-f", "-", stdin=put_back)
    assert objecting(results) == {"active-egress"}
    assert f"the kernel let it out: {account} to {way}" in results["active-egress"]["message"]


def test_a_server_without_its_firewall_is_caught(site: Site, server: Machine) -> None:
    rules = server.must("nft", "list", "table", "inet", "selfhost")
    server.must("nft", "delete", "table", "inet", "selfhost")
    try:
        results, _ = audited(site)
    finally:
        server.must("nft", "-f", "-", stdin=rules)
    assert objecting(results) == {"active-egress", "host-confinement", "host-firewall"}
