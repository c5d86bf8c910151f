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
    unknown,
)
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.server import Server


def check(server: Server) -> Iterator[Verdict]:
    places = looked_at(server, "host.firewall")
    documents = server.documents("host.firewall")
    if not documents:
        yield fail("nftables is not installed: every port is open", *places)
        return
    closed: list[str] = []
    for document in documents:
        try:
            rules = json.loads(document.text)["nftables"]
            chains = [entry["chain"] for entry in rules if "chain" in entry]
        except (ValueError, KeyError, TypeError, RecursionError):
            yield unknown("the rule set is not what nft prints", *places)
            return
        closed += [
            f"{chain.get('family')} {chain.get('table')} {chain.get('name')}"
            for chain in chains
            if isinstance(chain, dict)
            and chain.get("hook") == "input"
            and chain.get("policy") == "drop"
            and chain.get("family") in ("inet", "ip")
        ]
    if closed:
        yield passed(f"{closed[0]} drops what no rule lets in", *places)
    else:
        yield fail("no chain drops what no rule lets in: every port is open", *places)


def ruleset(policy: str, hook: str = "input", family: str = "inet") -> dict[str, str]:
    chain = {
        "family": family, "table": "selfhost", "name": "input", "handle": 1, "type": "filter",
        "hook": hook, "prio": 0, "policy": policy,
    }  # fmt: skip
    return {"host.firewall": json.dumps({"nftables": [{"metainfo": {}}, {"chain": chain}]})}


CONTROL = Control(
    id="host-firewall",
    title="The kernel drops what no rule lets in",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="host",
    needs=("host.firewall",),
    risk="A service that starts to listen, by mistake or by an update, answers to the Internet.",
    upstream_default="no rules",
    fix=Fix(by_hand="Give an nftables input chain the policy drop, with rules for what is needed."),
    references=("https://wiki.nftables.org",),
    surfaces=("sys-listening-ports",),
    check=check,
    bad=(
        Example(ruleset("accept")),
        Example(ruleset("drop", hook="forward"), note="only forwarding is closed"),
        Example(ruleset("drop", family="ip6"), note="only IPv6 is closed"),
        Example({}, absent=("host.firewall",), note="no nft"),
    ),
    good=(Example(ruleset("drop")),),
    unclear=(Example({"host.firewall": "Error: syntax"}),),
)
