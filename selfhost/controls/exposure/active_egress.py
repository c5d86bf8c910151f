import json
from collections.abc import Iterator, Sequence
from typing import Any

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Status,
    Verdict,
    fail,
    not_applicable,
    passed,
    unknown,
)
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.server import Server
from selfhost.readers.outside import Seen

SOURCE = "active.attempts"
_REFUSALS = ("drop", "reject")
#: What the kernel answers to a datagram for which there is no route, before any rule is asked.
_NO_ROUTE = frozenset(
    ["ENETUNREACH", "EHOSTUNREACH", "EACCES", "EINVAL", "EADDRNOTAVAIL", "EAFNOSUPPORT", "ENETDOWN"]
)
#: What a connection ends with that nothing answered, or a router on the way.
_UNANSWERED = frozenset(["EHOSTUNREACH", "EACCES", "ENETUNREACH", "ETIMEDOUT"]) | {"no answer"}


def check(server: Server) -> Iterator[Verdict]:
    entries = server.outside(SOURCE)
    tried = [entry for entry in entries if entry.text("what") == "attempt"]
    ends = [entry for entry in entries if entry.text("what") == "end"]
    silent = [rule for entry in entries for rule in entry.texts("silent")]
    places = looked_at(server, SOURCE)
    verdicts = [verdict for one in tried if (verdict := _judged(one, tried, silent)) is not None]
    yield from (verdict for verdict in verdicts if verdict.status is not Status.PASS)
    if not ends or ends[0].number("left"):
        yield unknown("not everything was tried in the time that there was", *places)
    elif not tried:
        yield not_applicable("none of the services' accounts is on this server", *places)
    elif not verdicts:
        yield unknown("there is no route by which anything could leave", *places)
    elif all(verdict.status is Status.PASS for verdict in verdicts):
        accounts = ", ".join(dict.fromkeys(one.text("account") for one in tried))
        others = len(tried) - len(verdicts)
        left = f"; no route for {others} more" if others else ""
        text = f"{len(verdicts)} tries to get something out, as {accounts}, were refused{left}"
        yield passed(text, *places)


def _judged(one: Seen, tried: Sequence[Seen], silent: Sequence[str]) -> Verdict | None:
    """What came of one try; None where there was no route for it."""
    said, cited = one.text("said"), Cited(one.origin, one.text("account"))
    what = (
        f"{one.text('account')} to {one.text('address')} port {one.number('port')}, "
        f"{'TCP' if one.text('how') == 'tcp' else 'UDP'}"
    )
    out = fail(f"the kernel let it out: {what} ({said})", cited)
    if one.text("how") != "tcp":
        if said in _NO_ROUTE:
            return None
        # EPERM on a datagram is the packet filter's alone: it asked before the packet left.
        if said == "EPERM" or (said == "sent" and _refused(one)):
            return passed("refused", cited)
        return out if said == "sent" else unknown(f"what came of it is unclear: {what}", cited)
    beside = [other for other in tried if _beside(one, other)]
    if said == "connected":
        return out
    if _refused(one):
        return passed("refused", cited)
    if beside and all(other.text("said") in _NO_ROUTE for other in beside):
        return None
    if one.text("why"):
        return unknown(f"the filter's counters are not known ({one.text('why')}): {what}", cited)
    if silent:
        return unknown(f"{silent[0]} may have refused it, and does not count: {what}", cited)
    if any(other.text("said") == "EPERM" and not _refused(other) for other in beside):
        return unknown(
            f"something refuses that is not of nftables and may do so here: {what}", cited
        )
    return out if said in _UNANSWERED else unknown(f"what came of it is unclear: {what}", cited)


def _refused(one: Seen) -> bool:
    return any(rule.text("verdict") in _REFUSALS for rule in one.records("counted"))


def _beside(one: Seen, other: Seen) -> bool:
    """Whether it is a datagram of the same account by the same version of IP."""
    same = one.text("account") == other.text("account")
    sixth = ":" in one.text("address")
    return same and other.text("how") != "tcp" and (":" in other.text("address")) is sixth


# -- examples --------------------------------------------------------------------------------------

REJECTED = ({"rule": "inet selfhost out-jvb 12", "verdict": "reject", "packets": 1},)
DROPPED = ({"rule": "inet filter output 7", "verdict": "drop", "packets": 1},)
LET_IN = ({"rule": "inet selfhost output 3", "verdict": "accept", "packets": 2},)


def attempt(how: str, said: str, counted: Sequence[dict[str, Any]] = (), **more: Any) -> str:
    """A line of ``active.attempts``."""
    address = more.pop("address", "192.0.2.1")
    entry = {"what": "attempt", "account": "jvb", "how": how, "address": address, "port": 443}
    return json.dumps({**entry, "said": said, "counted": list(counted), "why": "", **more}) + "\n"


def tries(*lines: str, silent: Sequence[str] = (), left: int = 0, **more: Any) -> Example:
    """All lines of a run."""
    head = json.dumps({"what": "filter", "why": "", "silent": list(silent)}) + "\n"
    return Example(
        {SOURCE: head + "".join(lines) + json.dumps({"what": "end", "left": left})}, **more
    )


UDP = attempt("udp", "EPERM", REJECTED)

CONTROL = Control(
    id="active-egress",
    title="What the services' accounts try to send is refused, as tried",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="host",
    needs=(SOURCE,),
    risk="Rules that look right may let something out: before them, beside them, or by IPv6. "
    "Then a setting or a flaw is enough to have a service send sound, names or keys to anybody.",
    upstream_default="no rules",
    fix=Fix(
        by_hand="Refuse in an nftables output chain what each service's account sends, but for "
        "what it needs; nft list ruleset shows which rule lets it out.",
        variable="firewall_confine_services",
        value="true",
    ),
    references=("docs/firewall.md", "https://www.rfc-editor.org/rfc/rfc5737"),
    surfaces=("sys-outbound-connections", "default-outbound-hosts-server"),
    check=check,
    bad=(
        tries(attempt("tcp", "no answer"), attempt("udp", "sent"), at=2, note="no rules"),
        tries(attempt("udp", "sent", LET_IN), note="counted by a rule that lets it out"),
        tries(UDP, attempt("tcp", "no answer"), at=3, note="one port is let out"),
        tries(UDP, attempt("tcp", "EHOSTUNREACH"), at=3, note="a router's answer"),
        tries(UDP, attempt("tcp", "connected", REJECTED), at=3),
        tries(UDP, attempt("dns", "sent", address="2001:db8::53"), at=3, note="IPv6 only"),
    ),
    good=(
        tries(attempt("tcp", "EHOSTUNREACH", REJECTED), UDP),
        tries(attempt("tcp", "no answer", DROPPED), attempt("udp", "EPERM", DROPPED)),
        tries(attempt("tcp", "no answer", REJECTED), UDP, note="of IPv6, it hears of it later"),
        tries(attempt("tcp", "EHOSTUNREACH", (*LET_IN, *REJECTED)), UDP),
        tries(
            UDP,
            attempt("tcp", "ENETUNREACH", address="2001:db8::1"),
            attempt("udp", "ENETUNREACH", address="2001:db8::1"),
            note="no IPv6 here",
        ),
        tries(attempt("udp", "EPERM"), note="dropped without a count: the kernel said so"),
        tries(note="no such account"),
    ),
    unclear=(
        tries(UDP, attempt("tcp", "no answer", why="nft: not installed"), note="no nft"),
        tries(UDP, attempt("tcp", "no answer"), silent=["inet filter output 9"]),
        tries(attempt("udp", "EPERM"), attempt("tcp", "no answer"), note="iptables of old"),
        tries(UDP, attempt("tcp", "not tried: PermissionError")),
        tries(UDP, left=3),
        tries(attempt("udp", "ENETUNREACH"), note="no route at all"),
        Example({SOURCE: "no answer of ours"}),
        Example({SOURCE: ""}),
    ),
)
