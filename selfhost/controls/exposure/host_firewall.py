import json
from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
)
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.firewall import closed_inbound
from selfhost.effective.server import Server


def check(server: Server) -> Iterator[Verdict]:
    places = looked_at(server, "host.firewall")
    if not server.documents("host.firewall"):
        yield fail("nftables is not installed: every port is open", *places)
        return
    closed = next(closed_inbound(server.firewall), None)
    if closed is None:
        yield fail("no chain drops what no rule lets in: every port is open", *places)
    else:
        name = f"{closed.family} {closed.table} {closed.name}"
        yield passed(f"{name} drops what no rule lets in", *places)


def ruleset(
    policy: str, hook: str = "input", family: str = "inet", beside: str = ""
) -> dict[str, str]:
    chain = {
        "family": family, "table": "selfhost", "name": "input", "handle": 1, "type": "filter",
        "hook": hook, "prio": 0, "policy": policy,
    }  # fmt: skip
    chains = [{"chain": chain}]
    if beside:
        chains.append({"chain": {**chain, "name": beside, "hook": beside, "policy": "accept"}})
    return {"host.firewall": json.dumps({"nftables": [{"metainfo": {}}, *chains]})}


CONTROL = Control(
    id="host-firewall",
    title="The kernel drops what no rule lets in",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="host",
    needs=("host.firewall",),
    risk="A service that starts to listen, by mistake or by an update, answers to the Internet.",
    upstream_default="no rules",
    fix=Fix(
        by_hand="Give an nftables input chain the policy drop, with rules for what is needed.",
        variable="firewall_enabled",
        value="true",
    ),
    references=("https://wiki.nftables.org",),
    surfaces=("sys-listening-ports",),
    check=check,
    bad=(
        Example(ruleset("accept")),
        Example(ruleset("drop", hook="forward"), note="only forwarding is closed"),
        Example(ruleset("drop", family="ip6"), note="only IPv6 is closed"),
        Example({}, absent=("host.firewall",), note="no nft"),
    ),
    good=(
        Example(ruleset("drop")),
        Example(ruleset("drop", beside="output"), note="what goes out is let through"),
    ),
    unclear=(Example({"host.firewall": "Error: syntax"}),),
)
