"""``audit --active``: what is tried, by which rule it is refused, and what it catches."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from selfhost.audit.evaluate import evaluate
from selfhost.controls.registry import find
from selfhost.evidence.model import Evidence
from selfhost.evidence.plan import active_plan
from selfhost.targets.order import Order
from selfhost.targets.program import collector_program
from selfhost.targets.ssh import read_answer
from selfhost.targets.ssh_connection import Completed
from tests.lab.network_namespaces import PYTHON, Machine, machines

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
