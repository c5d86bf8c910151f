"""What a stranger is told over WebSocket; servers that are hostile in every way."""

import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from websockets.protocol import Protocol, Side, State

from selfhost.evidence.model import Document
from selfhost.targets.outside import OutsideTarget
from tests.unit.targets.outside_prosody import FRAMING, Prosody, upgrade
from tests.unit.targets.outside_server import Answer, Served, serve, text

PLACE = "/xmpp-websocket"
NAMED = "var config = { hosts: { domain: 'localhost' }, websocket: 'wss://localhost:%s%s' };\n"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serve(tmp_path) as found:
        found.places["/"] = text("<html></html>")
        configured(found, "var config = { hosts: { domain: 'localhost' } };\n")
        yield found


def configured(served: Served, config: str) -> None:
    served.places["/config.js"] = text(config, "application/javascript")


def names(served: Served) -> None:
    """config.js names the WebSocket, at a place of its own."""
    configured(served, NAMED % (served.url.rpartition(":")[2], "/ws"))


def asked(served: Served) -> Document:
    (document,) = OutsideTarget(served.url).collect().of("outside.xmpp")
    return document


def entries(served: Served) -> list[dict[str, Any]]:
    document = asked(served)
    assert document.reason == ""
    return [json.loads(line) for line in document.text.splitlines()]


@pytest.mark.parametrize("fragments", [False, True])
def test_the_usual_place_is_tried_where_bosh_is_not_offered(
    served: Served, fragments: bool
) -> None:
    prosody = Prosody(localhost="im", recorder_localhost="im", fragments=fragments)
    served.places[PLACE] = prosody.websocket
    found = entries(served)
    assert found[0]["through"].endswith(PLACE)
    there = {e["of"] for e in found if e["ask"] == "info" and not e["refused"]}
    assert there == {"localhost", "recorder.localhost"}
    (offer,) = [e for e in found if e["ask"] == "external"]
    assert offer["services"][0]["host"] == "meet-jit-si-turnrelay.jitsi.net"


def test_bosh_and_the_websocket_that_is_named_are_both_asked(served: Served) -> None:
    names(served)
    served.places["/ws"] = Prosody(localhost="im", jibri_localhost="im").websocket
    served.places["/http-bind"] = Prosody(localhost="im").bosh
    found = entries(served)
    assert [e["through"].rpartition("/")[2] for e in found if e["ask"] == "login"] == [
        "ws",
        "http-bind",
    ]
    assert "jibri.localhost" in {e["of"] for e in found if e["ask"] == "info" and not e["refused"]}


def test_one_way_that_answers_is_enough(served: Served) -> None:
    names(served)
    served.places["/http-bind"] = Prosody(localhost="im").bosh
    assert [e["through"].rpartition("/")[2] for e in entries(served) if e["ask"] == "login"] == [
        "http-bind"
    ]


def test_the_usual_place_is_not_asked_where_bosh_answers(served: Served) -> None:
    served.places["/http-bind"] = Prosody(localhost="im").bosh
    served.places[PLACE] = Prosody(localhost="im").websocket
    entries(served)
    assert f"GET {PLACE}" not in served.asked


def test_a_websocket_on_another_host_is_not_asked(served: Served) -> None:
    configured(served, "var config = { websocket: 'wss://example.com/xmpp-websocket' };")
    document = asked(served)
    assert "WebSocket address on another host" in document.reason


@pytest.mark.parametrize(
    "address",
    ["wss://localhost:99999/ws", "wss://localhost/x#y", "ftp://localhost/x", "wss://[x", "//[::1"],
)
def test_a_websocket_address_that_is_none_is_said(served: Served, address: str) -> None:
    configured(served, f"var config = {{ websocket: '{address}' }};")
    assert "names a WebSocket address that is none" in asked(served).reason


@pytest.mark.parametrize("address", ["//[::1", "https://localhost:99999/http-bind"])
def test_a_bosh_address_that_is_none_is_no_answer(served: Served, address: str) -> None:
    configured(served, f"var config = {{ bosh: '{address}' }};")
    assert asked(served).reason


def test_a_login_that_is_not_offered_is_told(served: Served) -> None:
    names(served)
    prosody = Prosody(localhost="im")
    prosody.mechanism = "PLAIN"
    served.places["/ws"] = prosody.websocket
    assert [e["refused"] for e in entries(served)] == ["anonymous login is not offered"]


def _raw(*sent: bytes, subprotocol: str = "xmpp", pause: float = 0.0) -> Answer:
    def answer(handler: BaseHTTPRequestHandler, _given: bytes) -> None:
        upgrade(handler, subprotocol)
        try:
            for data in sent:
                time.sleep(pause)
                handler.connection.sendall(data)
            time.sleep(5)
        except OSError:
            pass  # hung up on

    return answer


def _frame(message: str) -> bytes:
    server = Protocol(Side.SERVER, state=State.OPEN)
    server.send_text(message.encode())
    return b"".join(server.data_to_send())


OPEN = _frame(f"<open xmlns='{FRAMING}'/>")
HOSTILE = {
    "no upgrade": text("<html></html>"),
    "moved": text("", status=302, Location="https://example.com/"),
    "another protocol": _raw(subprotocol="chat"),
    "no protocol": _raw(subprotocol=""),
    "huge message": _raw(b"\x81\x7f" + (2**40).to_bytes(8, "big"), b"x" * 100_000),
    "masked": _raw(b"\x81\x81\x00\x00\x00\x00x"),
    "reserved": _raw(b"\xff\x00"),
    "entities": _raw(OPEN, _frame("<!DOCTYPE x [<!ENTITY a 'aaaa'>]><f>&a;</f>")),
    "deep": _raw(OPEN, _frame("<a>" * 60_000)),
    "no XML": _raw(OPEN, _frame("nonsense")),
    "ends": _raw(OPEN, b"\x88\x02\x03\xe8"),
    "pings for ever": _raw(OPEN, *([b"\x89\x00"] * 400), pause=0.05),
    "single bytes": _raw(*([b"\x81", b"\x7d"] + [b"x"] * 100), pause=0.3),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_websocket_is_no_answer_and_ends_in_time(
    name: str, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("selfhost.targets.outside_websocket._SECONDS", 0.3)
    monkeypatch.setattr("selfhost.targets.outside_websocket._SESSION", 3.0)
    names(served)
    served.places["/ws"] = HOSTILE[name]
    started = time.monotonic()
    document = asked(served)
    assert time.monotonic() - started < 12
    if document.reason:
        assert len(document.reason) < 200
    else:
        (login,) = [json.loads(line) for line in document.text.splitlines()]
        assert login["refused"]
