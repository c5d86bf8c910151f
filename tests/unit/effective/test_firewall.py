"""What rules mean."""

from typing import Any

import pytest

from selfhost.effective.firewall import closed_inbound, refusing
from selfhost.readers.nftables import Chain, Rule

DROP: dict[str, Any] = {"drop": None}


def sent_by(account: object) -> dict[str, Any]:
    return {"match": {"op": "==", "left": {"meta": {"key": "skuid"}}, "right": account}}


def output(*rules: Rule, family: str = "inet") -> Chain:
    return Chain(family, "t", "output", "output", "accept", rules)


@pytest.mark.parametrize("account", ["jvb", 998, {"set": ["x", "jvb"]}, {"set": [998]}])
def test_an_account_is_meant_by_name_or_number(account: object) -> None:
    chain = output(Rule((sent_by(account), DROP)))
    assert refusing([chain], "jvb", 998) is chain
    assert refusing([chain], "jicofo", 997) is None


def test_a_chain_that_goes_in_circles_refuses_nothing() -> None:
    first = output(Rule((sent_by("jvb"), {"goto": {"target": "a"}})))
    loop = Chain("inet", "t", "a", rules=(Rule(({"jump": {"target": "a"}},)),))
    assert refusing([first, loop], "jvb", 998) is None


def test_a_chain_of_another_table_is_another_chain() -> None:
    first = output(Rule((sent_by("jvb"), {"goto": {"target": "a"}})))
    other = Chain("inet", "u", "a", rules=(Rule((DROP,)),))
    assert refusing([first, other], "jvb", 998) is None


def test_what_counts_only_decides_nothing() -> None:
    chain = output(Rule(({"counter": {}},)), Rule((sent_by("jvb"), DROP)))
    assert refusing([chain], "jvb", 998) is chain


def test_inbound_is_closed_by_a_policy_of_the_input_hook() -> None:
    shut = Chain("inet", "t", "in", "input", "drop")
    others = [Chain("inet", "t", "in", "forward", "drop"), Chain("ip6", "t", "in", "input", "drop")]
    assert list(closed_inbound([*others, shut])) == [shut]
    assert list(closed_inbound(others)) == []
