"""The kernel's packet filter: what its rules mean for what comes in and what accounts send."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from selfhost.effective.seen import Unseen
from selfhost.readers.nftables import Chain, Rule, read_ruleset
from selfhost.readers.tree import Source

if TYPE_CHECKING:
    from selfhost.effective.server import Server

_REFUSALS = ("drop", "reject")
_MAX_DEPTH = 16
#: What a rule may hold beside a verdict without being any narrower.
_HARMLESS = frozenset({"counter", "log", "drop", "reject", "accept", "goto", "jump", "return"})


def ruleset(server: "Server") -> tuple[Chain, ...]:
    """All chains of all tables; none where nftables is not installed."""
    chains: list[Chain] = []
    for document in server.documents("host.firewall"):
        found, problems = read_ruleset(Source(document.path, document.text))
        if problems:
            raise Unseen(f"{problems[0].origin}: {problems[0].message}", (document,))
        chains.extend(found)
    return tuple(chains)


def closed_inbound(chains: Iterable[Chain]) -> Iterator[Chain]:
    """The chains that drop what comes in, IPv4 at least, unless a rule of theirs lets it in."""
    return (
        chain
        for chain in chains
        if chain.hook == "input" and chain.policy == "drop" and chain.family in ("inet", "ip")
    )


def refusing(chains: Sequence[Chain], account: str, number: int) -> Chain | None:
    """The outbound chain that refuses what an account sends, unless a rule lets it out.

    ``number`` is the account's uid: rules may name it either way. None where there is no such
    chain, or where it is for one version of IP only.
    """
    for chain in chains:
        if chain.hook == "output" and chain.family == "inet":
            for rule in chain.rules:
                names = _accounts(rule)
                if names is None and _unconditional(rule) and rule.verdict:
                    break
                if (
                    names
                    and (account in names or number in names)
                    and _refuses(chains, chain, rule)
                ):
                    return chain
    return None


def _accounts(rule: Rule) -> tuple[object, ...] | None:
    """The accounts whose packets a rule is for, when it asks for nothing else."""
    matches = [item["match"] for item in rule.expressions if isinstance(item.get("match"), Mapping)]
    others = [key for item in rule.expressions for key in item if key not in {*_HARMLESS, "match"}]
    if len(matches) != 1 or others or matches[0].get("op") != "==":
        return None
    if matches[0].get("left") != {"meta": {"key": "skuid"}}:
        return None
    right: Any = matches[0].get("right")
    if isinstance(right, Mapping):
        right = right.get("set")
    return tuple(right) if isinstance(right, list) else (right,)


def _unconditional(rule: Rule) -> bool:
    return all(key in _HARMLESS for item in rule.expressions for key in item)


def _refuses(chains: Sequence[Chain], chain: Chain, rule: Rule, depth: int = 0) -> bool:
    """Whether a rule's packets end in a refusal when no narrower rule accepts them."""
    if rule.verdict in _REFUSALS:
        return True
    target = next((_target(item) for item in rule.expressions if _target(item)), "")
    if not target or depth > _MAX_DEPTH:
        return False
    for other in chains:
        if (other.family, other.table, other.name) != (chain.family, chain.table, target):
            continue
        for step in other.rules:
            if _unconditional(step) and step.verdict:
                return _refuses(chains, other, step, depth + 1)
    return False


def _target(item: Mapping[str, Any]) -> str:
    """The chain that an expression goes on to."""
    for verb in ("goto", "jump"):
        if isinstance(item.get(verb), Mapping):
            return str(item[verb].get("target") or "")
    return ""
