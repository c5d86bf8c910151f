"""Decoders of commands and probes: right on right lines, honest on the rest."""

import pytest

from selfhost.readers import facts
from selfhost.readers.nftables import read_ruleset
from selfhost.readers.tree import Origin, Source


def source(text: str) -> Source:
    return Source("p", text)


def test_packages() -> None:
    items, problems = facts.read_packages(
        source("ii \tjicofo\t1.0\tall\nrc \tjibri\t2\tall\nhi \tx\t1\tall\nnonsense\n")
    )
    assert [(p.name, p.version, p.installed) for p in items] == [
        ("jicofo", "1.0", True),
        ("jibri", "2", False),
        ("x", "1", True),
    ]
    assert items[1].origin == Origin("p", 2)
    assert [p.origin.line for p in problems] == [4]


def test_units_of_both_commands() -> None:
    items, problems = facts.read_units(
        source(
            "jicofo.service loaded active running LSB: Jitsi focus\n"
            "● x.service not-found inactive dead x.service\n"
            "jibri.service enabled enabled\n"
            "old.timer masked\n"
            "sys-devices-a\\x2db.device loaded active plugged A\n"
            "?\n"
        )
    )
    assert [(u.name, u.running, u.starts) for u in items] == [
        ("jicofo.service", True, False),
        ("x.service", False, False),
        ("jibri.service", False, True),
        ("old.timer", False, False),
        ("sys-devices-a\\x2db.device", True, False),
    ]
    assert len(problems) == 1


def test_processes() -> None:
    items, problems = facts.read_processes(
        source(
            '{"pid": 1, "arguments": ["a", "b"], "environment": {"X": null}}\n{"pid": "1"}\n[]\n'
        )
    )
    assert items[0].command_line == "a b"
    assert items[0].environment == {"X": None}
    assert [p.origin.line for p in problems] == [2, 3]
    assert facts.read_processes(source('{"pid": 1}'))[0][0].environment is None


def test_sockets() -> None:
    lines = (
        '{"protocol": "tcp6", "local_address": "::ffff:127.0.0.1", "local_port": 1,'
        ' "state": "LISTEN"}\n'
        '{"protocol": "udp", "local_address": "0.0.0.0", "local_port": 2, "state": "UNCONN"}\n'
        '{"protocol": "tcp", "local_address": "::1", "local_port": 3, "state": "ESTABLISHED",'
        ' "pid": 4}\n'
    )
    items, problems = facts.read_sockets(source(lines))
    assert not problems
    assert [(s.local_address, s.loopback, s.listening, s.connected, s.pid) for s in items] == [
        ("127.0.0.1", True, True, False, None),
        ("0.0.0.0", False, True, False, None),  # noqa: S104
        ("::1", True, False, True, 4),
    ]


def test_containers_and_listings() -> None:
    items, _ = facts.read_containers(
        source('{"engine": "docker", "name": "n", "image": "jitsi/jibri", "state": "exited"}')
    )
    assert (items[0].image, items[0].running) == ("jitsi/jibri", False)
    entries, problems = facts.read_listing(source('{"path": "/a/b", "size": 3}\n{"path": 1}'))
    assert (entries[0].name, entries[0].size) == ("b", 3)
    assert len(problems) == 1


def test_hostile_lines_are_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "MAX_ITEMS", 50)
    deep = "[" * 100_000
    half = '{"pid": 1, "command": "\\ud800"}'
    items, problems = facts.read_processes(source(f"{deep}\n{half}\n"))
    assert [p.command for p in items] == ["?"]
    assert len(problems) == 1
    items, problems = facts.read_processes(source('{"pid": 1}\n' * (facts.MAX_ITEMS + 5)))
    assert len(items) == facts.MAX_ITEMS
    assert problems[0].fatal


def test_ruleset() -> None:
    text = (
        '{"nftables": [{"metainfo": {}}, {"table": {"family": "inet", "name": "f"}},'
        '{"chain": {"family": "inet", "table": "f", "name": "in", "hook": "input",'
        ' "policy": "drop"}},'
        '{"rule": {"family": "inet", "table": "f", "chain": "in", "comment": "c",'
        ' "expr": [{"match": {}}, {"accept": null}]}}]}'
    )
    (chain,), problems = read_ruleset(source(text))
    assert not problems
    assert (chain.hook, chain.policy, chain.rules[0].verdict) == ("input", "drop", "accept")
    assert read_ruleset(source("")) == ((), ())
    for bad in ("x", "[]", '{"nftables": 5}', '{"nftables": [5]}', '{"nftables": [{"rule": 5}]}'):
        assert read_ruleset(source(bad))[1][0].fatal
