"""The module packet_filter: what it composes. What it does on a server is in the lab tier."""

from tests.roles.render import module

filter_ = module("packet_filter")


def test_an_account_that_is_gone_keeps_no_rule_from_being_loaded() -> None:
    confined = {"jvb": ["udp sport 10000 accept"], "prosody": []}
    text = filter_.composed("    chain input {}", confined, {"jvb": 998}, [22])
    assert "meta skuid 998 goto out-jvb" in text
    assert "prosody" not in text
    assert text.index("udp sport 10000 accept") < text.index('counter name "refused-jvb" reject')


def test_without_confined_accounts_nothing_outbound_is_judged() -> None:
    text = filter_.composed("    chain input {}", {}, {}, [22])
    assert "output" not in text
    assert text.startswith("#!/usr/sbin/nft -f\n")
    assert text.index("delete table inet selfhost") < text.index("chain input")


def test_the_ports_of_ssh_stand_where_the_rules_name_them() -> None:
    text = filter_.composed("tcp dport { @ssh@ } accept", {}, {}, [22, 2222])
    assert "tcp dport { 22, 2222 } accept" in text


def test_ports_of_ssh_are_those_in_use_configured_and_given() -> None:
    environments = [
        "HOME=/root\0",
        "A=b\0SSH_CONNECTION=192.0.2.1 50000 192.0.2.2 2200\0",
        "SSH_CONNECTION=192.0.2.1 50000 192.0.2.2 9999\0",
    ]
    assert filter_.ssh_ports(environments, "port 22\nport 2222\nusedns no\n", [22, 5]) == [
        5, 22, 2200, 2222,
    ]  # fmt: skip
    assert filter_.ssh_ports(["NOT_SSH_CONNECTION=1 2 3 4\0"], "addressfamily any\n", []) == []
