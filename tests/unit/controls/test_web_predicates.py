"""JavaScript's truth, and whose an address is."""

import pytest

from selfhost.controls.web_predicates import (
    Owner,
    falsy,
    host_of,
    is_true,
    truthy,
    unset,
    whose,
    without,
)
from selfhost.effective.server import Server
from selfhost.evidence.model import Document, Evidence, State


@pytest.mark.parametrize("value", [True, 1, -1, "x", "false", "0", [], {}, [0]])
def test_true(value: object) -> None:
    assert is_true(value)
    assert falsy("why")(value)


@pytest.mark.parametrize("value", [False, 0, "", None, 0.0])
def test_false(value: object) -> None:
    assert not is_true(value)
    assert falsy("why")(value) is None
    assert truthy("why")(value)
    assert unset("why")(value) is None


def test_a_quoted_no_is_neither() -> None:
    assert falsy("why")("false")
    assert truthy("why")("false")
    assert truthy("why")(True) is None


def test_empty_containers_hold_nothing() -> None:
    assert unset("why")([]) is None
    assert unset("why")({}) is None
    assert unset("why")(["x"])


def test_words_in_lists() -> None:
    judge = without(("RECORDING_ON_SOUND", "recording."), "why")
    assert judge(["RECORDING_ON_SOUND"])
    assert judge(["recording.busy"])
    assert judge(["dialog.recording", "recordings"]) is None
    assert judge(None) is None


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://Meet.Example.org:8443/x?y", "meet.example.org"),
        ("//cdn.example.com/x", "cdn.example.com"),
        ("wss://xmpp.example.com/xmpp-websocket", "xmpp.example.com"),
        ("stun:turn.example.org:3478", "turn.example.org"),
        ("turns:turn.example.org?transport=tcp", "turn.example.org"),
        ("stun:[2001:db8::1]:3478", "2001:db8::1"),
        ("https://user:pass@evil.example.com/", "evil.example.com"),
        ("https://meet.example.org@evil.example.com/", "evil.example.com"),
        ("/http-bind", None),
        ("images/watermark.svg", None),
        ("data:image/png;base64,AA==", None),
        ("", None),
    ],
)
def test_host_of(address: str, host: str | None) -> None:
    assert host_of(address) == host


@pytest.mark.parametrize("address", ["ftp://files.example.com/", "https:///x", "https://[::1/"])
def test_addresses_that_are_not_understood(address: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        host_of(address)


def server(env: str) -> Server:
    document = Document("web.config", "/x-config.js", State.PRESENT, env.encode())
    return Server(Evidence("t", "2026-01-01T00:00:00Z", (document,), frozenset({"web.config"})))


@pytest.mark.parametrize(
    ("host", "owner"),
    [
        ("meet.example.org", Owner.OWN),
        ("turn.example.org", Owner.OWN),
        ("localhost", Owner.OWN),
        ("10.1.2.3", Owner.OWN),
        ("stun.example.com", Owner.FOREIGN),
        ("stun.l.google.com", Owner.FOREIGN),
        ("8.8.4.4", Owner.UNCLEAR),
    ],
)
def test_whose(host: str, owner: Owner) -> None:
    known = server("var config = { hosts: { domain: 'meet.example.org' } };\n")
    assert whose(known, host).owner is owner


def test_without_an_own_name_only_the_catalogue_speaks() -> None:
    nameless = server("var config = {};\n")
    assert whose(nameless, "stun.l.google.com").owner is Owner.FOREIGN
    assert whose(nameless, "stun.example.com").owner is Owner.UNCLEAR
    assert whose(nameless, "stun.example.com", ["meet.example.com"]).owner is Owner.OWN
