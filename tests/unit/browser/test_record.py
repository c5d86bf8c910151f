"""Events put together; none of them is believed to have its form."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfhost.browser import record as recording
from selfhost.browser.record import Record, address, host_of

SENT = "Network.requestWillBeSent"


def own(host: str) -> bool:
    return host == "meet.example.org"


def request(url: str, number: str = "1", **more: Any) -> dict[str, Any]:
    return {"requestId": number, "request": {"url": url}, "type": "Fetch", **more}


def test_who_asked_is_the_first_script_of_the_stack_else_the_page() -> None:
    record = Record(own)
    frame = {"url": "https://meet.example.org/app.js?v=1", "lineNumber": 41}
    stack = {"type": "script", "stack": {"callFrames": [{"url": ""}, frame]}}
    record.event(SENT, request("https://a.example.com/x?token=s3cret#f", initiator=stack), "")
    parser = {"type": "parser", "url": "https://meet.example.org/room", "lineNumber": 2}
    record.event(SENT, request("https://b.example.com/", "2", initiator=parser), "")
    first, second = record.requests
    assert first["who"] == "script https://meet.example.org/app.js:42"
    assert first["url"] == "https://a.example.com/x"
    assert second["who"] == "page https://meet.example.org/room:3"


def test_own_hosts_are_one_entry_with_a_count() -> None:
    record = Record(own)
    for number in range(50):
        record.event(SENT, request(f"https://meet.example.org/{number}", str(number)), "")
    (entry,) = record.requests
    assert (entry["host"], entry["count"], entry["url"]) == ("meet.example.org", 50, "")


def test_what_the_policy_stopped_is_told_once_and_not_as_let_through() -> None:
    record = Record(own)
    record.event(SENT, request("https://a.example.com/x"), "s")
    record.event("Network.loadingFailed", {"requestId": "1", "blockedReason": "csp"}, "s")
    said = {"what": "stopped", "url": "https://a.example.com/x", "by": "connect-src", "stack": ""}
    record.hooked(json.dumps(said))
    (entry,) = record.requests
    assert (entry["outcome"], entry["by"]) == ("stopped", "Content-Security-Policy")


def test_a_request_that_fails_otherwise_was_let_through() -> None:
    record = Record(own)
    record.event(SENT, request("https://a.example.com/x"), "s")
    record.event("Network.loadingFailed", {"requestId": "1", "errorText": "net::ERR"}, "s")
    assert [e["outcome"] for e in record.requests] == ["let through"]


def test_a_flood_is_counted_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "MAX_ENTRIES", 5)
    record = Record(own)
    for number in range(9):
        record.event(SENT, request(f"https://h{number}.example.com/", str(number)), "")
    assert (len(record.requests), record.dropped) == (5, 4)


def test_what_the_network_log_alone_shows_is_added() -> None:
    record = Record(own)
    record.event(SENT, request("https://a.example.com/x"), "")
    record.contact("https://a.example.com/y", "network", "page https://meet.example.org")
    record.contact("wss://hidden.example.com/", "network", "page https://meet.example.org")
    assert [e["host"] for e in record.requests] == ["a.example.com", "hidden.example.com"]


@pytest.mark.parametrize(
    ("url", "host", "shown"),
    [
        ("https://u:p@a.example.com:8443/x?y#z", "a.example.com", "https://a.example.com:8443/x"),
        ("stun:stun.example.com:3478", "stun.example.com", "stun:stun.example.com:3478"),
        ("turns:[2001:db8::1]:443?transport=tcp", "2001:db8::1", "turns:[2001:db8::1]:443"),
        ("https://[broken", "", "https://[broken"),
        ("eval", "", "eval"),
    ],
)
def test_addresses_lose_what_may_name_a_person(url: str, host: str, shown: str) -> None:
    assert host_of(url) == host
    assert address(url) == shown


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
)
fields = st.sampled_from(["requestId", "request", "url", "initiator", "storageId", "key", "stack"])


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(recording._EVENTS)), st.dictionaries(fields, junk))
def test_no_event_breaks_it(method: str, params: dict[str, Any]) -> None:
    Record(own).event(method, params, "")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(recording._HOOKED)), st.dictionaries(fields, junk))
def test_no_page_breaks_it(what: str, said: dict[str, Any]) -> None:
    record = Record(own)
    record.hooked(json.dumps({**said, "what": what}))
    record.hooked(json.dumps(said))
    record.hooked("[" * 9999)
