"""What accounts of services get out of the server: each way tried once, on request only.

The one step that acts. It sends a packet or two for each account and way, to addresses that belong
to nobody, and runs after all others, so that none of them takes its packets for the server's own.
"""

import grp
import json
import os
import pwd
import shutil
import subprocess
import sys
import time
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Set, Tuple

from selfhost.evidence.collector.commands import PROGRAMS, run
from selfhost.evidence.collector.records import Record, document, json_lines

_MAX_SECONDS = 30.0
_MAX_RULESET = 16 * 1024 * 1024
_REFUSALS = ("drop", "reject")
_VERDICTS = ("accept", "return", "goto", "jump", "queue", "xt", *_REFUSALS)
#: One try. A packet that the kernel refuses is refused at once, so nothing is waited for.
_TRY = r"""
import errno, socket, sys
how, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
family = socket.AF_INET6 if ":" in address else socket.AF_INET
name = b"\x08selfhost\x07invalid\x00"
query = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + name + b"\x00\x10\x00\x01"
try:
    with socket.socket(family, socket.SOCK_STREAM if how == "tcp" else socket.SOCK_DGRAM) as tried:
        tried.settimeout(0.4)
        if how == "tcp":
            tried.connect((address, port))
            said = "connected"
        else:
            tried.sendto(query if how == "dns" else b"selfhost audit --active", (address, port))
            said = "sent"
except OSError as error:
    said = "no answer" if error.errno is None else errno.errorcode.get(error.errno, "an error")
print(said)
"""


class Filter(NamedTuple):
    """What the kernel's packet filter counted of what this machine sends.

    ``counted``: a rule to its packets and its verdict. ``silent``: rules that refuse and do not
    count. ``why`` nothing is known of it, else empty.
    """

    counted: Dict[str, Tuple[int, str]]
    silent: List[str]
    why: str = ""


def probe_attempts(step: Record) -> Record:
    """``places``: ``as ACCOUNT``, and ways such as ``tcp 192.0.2.1 443`` (tcp, udp or dns)."""
    source = step["name"]
    if os.geteuid() != 0:
        reason = "only root may act as the services' accounts"
        return document(source, "probe:attempts", "denied", reason=reason)
    words = [place.split() for place in step["places"][1:]]
    accounts = [known for known in map(_account, _of(words, "as")) if known is not None]
    ways = [word for word in words if word[0] != "as"]
    deadline = time.monotonic() + _MAX_SECONDS
    before = filter_now()
    lines: List[Record] = [{"what": "filter", "why": before.why, "silent": before.silent[:5]}]
    left = len(accounts) * len(ways)
    for account in accounts:
        for how, address, port in ways:
            if time.monotonic() > deadline:
                break
            said = _try(account, how, address, port)
            after = filter_now()
            line = {"what": "attempt", "account": account.pw_name, "how": how, "address": address}
            line.update(port=int(port), said=said, counted=list(_risen(before, after)))
            line.update(why=before.why or after.why)
            lines.append(line)
            before, left = after, left - 1
    lines.append({"what": "end", "left": left})
    return json_lines(source, "probe:attempts", lines, step["max_bytes"])


def _of(words: List[List[str]], first: str) -> List[str]:
    return [word[1] for word in words if word[0] == first]


def _account(name: str) -> Optional[pwd.struct_passwd]:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _try(account: pwd.struct_passwd, how: str, address: str, port: str) -> str:
    """What the kernel said to it: ``sent``, ``connected``, ``no answer`` or an error's name."""
    # The system's own: accounts of services may not be let in to where this one runs from.
    python = shutil.which("python3", path=PROGRAMS) or sys.executable
    groups = [group.gr_gid for group in grp.getgrall() if account.pw_name in group.gr_mem]
    try:
        done = subprocess.run(
            [python, "-IS", "-c", _TRY, how, address, port],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            timeout=5,
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=groups,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return "not tried: %s" % type(error).__name__
    return done.stdout.decode("ascii", "replace").strip()[:40] or "not tried"


def filter_now() -> Filter:
    """What ``nft`` lists at this moment."""
    listed = run(["nft", "--json", "--terse", "list", "ruleset"], 5.0, _MAX_RULESET)
    if listed.state != "present":
        return Filter({}, [], "nft: %s" % listed.reason)
    try:
        items = json.loads(listed.output)["nftables"]
        return _filter([item for item in items if isinstance(item, dict)])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Filter({}, [], "nft: its answer is not understood")


def _filter(items: List[Record]) -> Filter:
    named: Dict[Tuple[str, str, str], int] = {}
    rules: Dict[Tuple[str, str, str], List[Record]] = {}
    policies: Dict[Tuple[str, str, str], str] = {}
    for item in items:
        for kind, holder in item.items():
            if kind == "counter":
                named[holder["family"], holder["table"], holder["name"]] = int(holder["packets"])
            elif kind == "chain" and holder.get("hook") in ("output", "postrouting"):
                policies[holder["family"], holder["table"], holder["name"]] = holder["policy"]
            elif kind == "rule":
                place = (holder["family"], holder["table"], holder["chain"])
                rules.setdefault(place, []).append(holder)
    counted: Dict[str, Tuple[int, str]] = {}
    silent: List[str] = []
    for place in sorted(_reached(set(policies), rules)):
        own = rules.get(place, [])
        policy = policies.get(place, "")
        for rule in own:
            label = "%s %s %s %d" % (*place, rule["handle"])
            verdict = _verdict(rule) or (policy if rule is own[-1] else "")
            packets = _packets(rule, named)
            if packets is not None:
                counted[label] = (packets, verdict)
            elif _verdict(rule) in _REFUSALS:
                silent.append(label)
        if policy == "drop" and not (own and not _verdict(own[-1]) and _counts_all(own[-1])):
            silent.append("%s %s %s policy" % place)
    return Filter(counted, silent)


def _reached(
    chains: Set[Tuple[str, str, str]], rules: Dict[Tuple[str, str, str], List[Record]]
) -> Set[Tuple[str, str, str]]:
    """These chains and all that their rules lead to."""
    found, todo = set(chains), list(chains)
    while todo:
        family, table, chain = todo.pop()
        for rule in rules.get((family, table, chain), []):
            for target in _targets(rule["expr"]):
                # A map whose elements are not listed may lead to any chain of its table.
                names = (
                    [target] if target else [n for f, t, n in rules if (f, t) == (family, table)]
                )
                for name in names:
                    if (family, table, name) not in found:
                        found.add((family, table, name))
                        todo.append((family, table, name))
    return found


def _targets(value: Any) -> Iterator[str]:
    """Chains that a rule leads to; an empty name stands for those of a map that is not listed."""
    if isinstance(value, list):
        for one in value:
            yield from _targets(one)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in ("goto", "jump") and isinstance(inner, dict):
                yield str(inner.get("target"))
            elif key == "vmap" and isinstance(inner, dict) and isinstance(inner.get("data"), str):
                yield ""
            else:
                yield from _targets(inner)


def _verdict(rule: Record) -> str:
    return next((name for one in rule["expr"] for name in _VERDICTS if name in one), "")


def _packets(rule: Record, named: Dict[Tuple[str, str, str], int]) -> Optional[int]:
    for one in rule["expr"]:
        counter = one.get("counter")
        if isinstance(counter, str):
            return named.get((rule["family"], rule["table"], counter))
        if isinstance(counter, dict):
            return int(counter["packets"])
    return None


def _counts_all(rule: Record) -> bool:
    """Whether it is a counter and nothing else, so that what the policy refuses is counted."""
    return all(set(one) <= {"counter", "log"} for one in rule["expr"])


def _risen(before: Filter, after: Filter) -> Iterator[Record]:
    for label, (packets, verdict) in sorted(after.counted.items()):
        more = packets - before.counted.get(label, (packets, ""))[0]
        if more > 0:
            yield {"rule": label, "verdict": verdict, "packets": more}
