import json
from collections.abc import Iterator
from typing import Any

from selfhost.controls.host_predicates import process_line
from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    not_applicable,
    passed,
)
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.firewall import refusing
from selfhost.effective.server import Server

#: Accounts of the conference's own programs.
ACCOUNTS = ("jicofo", "jvb", "prosody", "turnserver")


def check(server: Server) -> Iterator[Verdict]:
    chains, places = server.firewall, looked_at(server, "host.firewall")
    seen = set()
    for process in server.processes:
        if process.user not in ACCOUNTS or process.user in seen or process.container:
            continue
        seen.add(process.user)
        chain = refusing(chains, process.user, process.uid)
        if chain is None:
            why = f"the kernel lets {process.user} send to anywhere"
            yield fail(why, Cited(process.origin, process.user), *places)
        else:
            name = f"{chain.family} {chain.table} {chain.name}"
            yield passed(f"{name} refuses what {process.user} has no business to send", *places)
    if not seen:
        where = looked_at(server, "host.processes")
        yield not_applicable("none of the conference's programs runs here", *where)


def rule(chain: str, *expressions: dict[str, Any]) -> dict[str, Any]:
    place = {"family": "inet", "table": "selfhost", "chain": chain, "handle": 2}
    return {"rule": {**place, "expr": list(expressions)}}


def sent_by(account: object, op: str = "==") -> dict[str, Any]:
    return {"match": {"op": op, "left": {"meta": {"key": "skuid"}}, "right": account}}


def kernel(*rules: dict[str, Any], family: str = "inet") -> dict[str, str]:
    output = {"family": family, "table": "selfhost", "name": "output", "handle": 1,
              "type": "filter", "hook": "output", "prio": 0, "policy": "accept"}  # fmt: skip
    own = {"family": family, "table": "selfhost", "name": "out-jvb", "handle": 1}
    items = [{"metainfo": {}}, {"chain": output}, {"chain": own}, *rules]
    return {
        "host.firewall": json.dumps({"nftables": items}),
        "host.processes": process_line("java -jar jvb.jar", "jvb"),
    }


GO = {"goto": {"target": "out-jvb"}}
REFUSE = {"reject": {"type": "icmpx", "expr": "admin-prohibited"}}
COUNT = {"counter": {"packets": 0, "bytes": 0}}
MEDIA = {"match": {"op": "==", "left": {"payload": {"protocol": "udp", "field": "sport"}},
                   "right": 10000}}  # fmt: skip

CONTROL = Control(
    id="host-confinement",
    title="The kernel refuses what the conference's programs have no business to send",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="host",
    needs=("host.firewall", "host.processes"),
    risk="A setting or a flaw is enough to have a service send sound, names or keys to anybody.",
    upstream_default="no rules",
    fix=Fix(
        by_hand="Refuse in an nftables output chain what each service's account sends, but for "
        "what it needs.",
        variable="firewall_confine_services",
        value="true",
    ),
    references=("https://wiki.nftables.org",),
    surfaces=("sys-outbound-connections", "default-outbound-hosts-server"),
    check=check,
    bad=(
        Example(kernel(), note="a chain without rules"),
        Example(kernel(rule("output", sent_by("jicofo"), REFUSE)), note="another account's"),
        Example(kernel(rule("output", sent_by("jvb"), MEDIA, REFUSE)), note="media only"),
        Example(kernel(rule("output", sent_by("jvb", "!="), REFUSE)), note="all but the account"),
        Example(
            kernel(rule("output", sent_by("jvb"), GO), rule("out-jvb", {"accept": None})),
            note="all is let out",
        ),
        Example(
            kernel(rule("output", {"accept": None}), rule("output", sent_by("jvb"), REFUSE)),
            note="all was let out before",
        ),
        Example(kernel(rule("output", sent_by("jvb"), GO)), note="an empty chain"),
        Example(kernel(rule("output", sent_by("jvb"), REFUSE), family="ip"), note="IPv4 only"),
        Example(
            {"host.processes": process_line("java -jar jvb.jar", "jvb")},
            absent=("host.firewall",),
            note="no nft",
        ),
    ),
    good=(
        Example(kernel(rule("output", sent_by("jvb"), COUNT, REFUSE))),
        Example(
            kernel(
                rule("output", MEDIA, {"accept": None}),
                rule("output", sent_by("jvb"), GO),
                rule("out-jvb", MEDIA, {"accept": None}),
                rule("out-jvb", {"counter": "refused-jvb"}, REFUSE),
            )
        ),
        Example(kernel(rule("output", sent_by({"set": ["jicofo", "jvb"]}), {"drop": None}))),
        Example({"host.processes": process_line("sshd: admin", "root")}, note="no Jitsi here"),
    ),
    unclear=(
        Example(
            {
                "host.firewall": "Error: syntax",
                "host.processes": process_line("java -jar jvb.jar", "jvb"),
            }
        ),
    ),
)
