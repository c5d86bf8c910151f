"""A provisioned server looked at from outside, by its address alone."""

import json
import time
from urllib.parse import urlsplit

import pytest

from selfhost.audit.evaluate import evaluate
from selfhost.controls.registry import controls
from selfhost.targets import outside_xmpp
from selfhost.targets.outside import OutsideTarget
from selfhost.targets.outside_bosh import Bosh
from selfhost.targets.outside_http import Place
from selfhost.targets.outside_websocket import WebSocket


def test_a_provisioned_server_has_no_finding_but_its_certificate(url: str) -> None:
    evidence = OutsideTarget(url, ports=True).collect()
    report = evaluate(evidence, controls())
    failed = {r.control: r.message for r in report.results if str(r.status) == "fail"}
    assert set(failed) <= {"outside-certificate"}, failed  # the lab's is self-signed
    passed = {r.control for r in report.results if str(r.status) == "pass"}
    assert {
        "outside-addresses",
        "outside-content-security-policy",
        "outside-open-ports",
        "outside-served-places",
        "web-live-streaming",
        "web-page-third-party",
    } <= passed
    assert "host-recorder" in report.out_of_scope
    (xmpp,) = evidence.of("outside.xmpp")
    entries = [json.loads(line) for line in xmpp.text.splitlines()]
    assert entries, xmpp.reason
    assert entries[0]["of"].endswith(urlsplit(url).hostname or "?")
    if entries[0]["refused"]:
        assert entries[0]["refused"] in ("anonymous login is not offered", "not-allowed")
    else:
        asked = {entry["of"].partition(".")[0] for entry in entries if entry["ask"] == "info"}
        assert set(outside_xmpp.NAMES) <= asked
        assert {"outside-recorder-services", "outside-turn-servers"} <= passed


@pytest.mark.parametrize(("way", "place"), [(Bosh, "http-bind"), (WebSocket, "xmpp-websocket")])
def test_both_ways_tell_the_same(way: type[Bosh] | type[WebSocket], place: str, url: str) -> None:
    host = urlsplit(url).hostname or ""
    where = Place(host, False, time.monotonic() + 60)
    scheme = "wss" if way is WebSocket else "https"
    stream = way(f"{scheme}://{host}/{place}", f"guest.{host}", where)
    entries = list(outside_xmpp.ask(stream, host, f"guest.{host}"))
    assert entries[0]["refused"] == ""
    (items,) = [entry for entry in entries if entry["ask"] == "items"]
    assert f"conference.{host}" in items["items"]
    (offer,) = [entry for entry in entries if entry["ask"] == "external"]
    assert {service["host"] for service in offer["services"]} == {host}
