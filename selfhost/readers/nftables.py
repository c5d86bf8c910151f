"""``nft --json list ruleset``: the chains with their rules, in the ruleset's order."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from selfhost.readers.tree import Origin, Problem, Source

MAX_ITEMS = 100_000
_VERDICTS = ("accept", "drop", "reject", "return", "jump", "goto", "continue", "queue")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its expressions as ``nft`` writes them in JSON, and its comment."""

    expressions: tuple[Mapping[str, Any], ...]
    comment: str = ""

    @property
    def verdict(self) -> str:
        """``accept``, ``drop``, ``jump`` and so on; empty where it only counts or logs."""
        found = (name for item in self.expressions for name in _VERDICTS if name in item)
        return next(found, "")


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain. ``hook`` (input, output ...) and ``policy`` are empty where nothing is hooked."""

    family: str
    table: str
    name: str
    hook: str = ""
    policy: str = ""
    rules: tuple[Rule, ...] = ()


def read_ruleset(source: Source) -> tuple[tuple[Chain, ...], tuple[Problem, ...]]:
    """The chains; one fatal problem when the text is not a ruleset. Empty text has no chains."""
    if not source.text.strip():
        return (), ()
    try:
        items = json.loads(source.text)["nftables"]
        if isinstance(items, list) and len(items) <= MAX_ITEMS:
            return _chains(items), ()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    return (), (Problem(Origin(source.path), "not a ruleset of nftables", fatal=True),)


def _chains(items: list[Any]) -> tuple[Chain, ...]:
    heads: dict[tuple[str, str, str], tuple[str, str]] = {}
    rules: dict[tuple[str, str, str], list[Rule]] = {}
    for item in items:
        chain, rule = item.get("chain"), item.get("rule")
        if chain is not None:
            key = _text(chain, "family"), _text(chain, "table"), _text(chain, "name")
            heads[key] = _text(chain, "hook"), _text(chain, "policy")
        elif rule is not None:
            key = _text(rule, "family"), _text(rule, "table"), _text(rule, "chain")
            expressions = tuple(one for one in rule.get("expr", ()) if isinstance(one, dict))
            rules.setdefault(key, []).append(Rule(expressions, _text(rule, "comment")))
    return tuple(Chain(*key, *head, tuple(rules.get(key, ()))) for key, head in heads.items())


def _text(item: Any, name: str) -> str:
    value = item.get(name, "")
    if not isinstance(value, str):
        raise TypeError
    return value
