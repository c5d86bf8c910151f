"""Real Chromium at a page on loopback that does what a test wants."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from selfhost.audit.evaluate import evaluate
from selfhost.browser import stages
from selfhost.catalog.hostile_links import Override
from selfhost.controls.registry import controls
from selfhost.evidence.model import Evidence, State
from selfhost.targets.browser import BrowserTarget
from selfhost.targets.outside import OutsideTarget
from tests.unit.browser.pages import page
from tests.unit.targets.outside_server import serve, text

ROOM = "audit-room"
CSP = "default-src 'self' 'unsafe-inline'"
Look = Callable[..., Evidence]


@pytest.fixture
def look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Look]:
    """Visit a page that does so."""
    monkeypatch.setattr(stages, "LOAD_SECONDS", 6.0)
    monkeypatch.setattr(stages, "SETTLE_SECONDS", 0.4)
    with serve(tmp_path) as served:

        def visit(
            policy: str = "",
            body: str = "",
            links: tuple[Override, ...] = (),
            headers: Any = None,
            **does: str,
        ) -> Evidence:
            headers = headers or {}
            if policy:
                headers = {**headers, "Content_Security_Policy": policy}
            for path in ("/", f"/{ROOM}"):
                served.places[path] = text(body or page(**does), **headers)
            config = "var config = { hosts: { domain: 'localhost' } };\n"
            served.places["/config.js"] = text(config, "application/javascript")
            return BrowserTarget(OutsideTarget(served.url), ROOM, links).collect()

        yield visit


def entries(evidence: Evidence, source: str) -> list[dict[str, Any]]:
    (document,) = evidence.of(source)
    assert document.state is State.PRESENT, document.reason
    return [json.loads(line) for line in document.text.splitlines()]


def judged(evidence: Evidence, wanted: str = "browser-") -> dict[str, str]:
    report = evaluate(evidence, [c for c in controls() if c.id.startswith(wanted)])
    return {result.control: str(result.status) for result in report.results}


def message(evidence: Evidence, control: str) -> str:
    report = evaluate(evidence, [c for c in controls() if c.id == control])
    return report.results[0].message


def test_a_page_that_contacts_nobody_passes_by_every_control(look: Look) -> None:
    evidence = look()
    reached = {e["stage"]: e["reached"] for e in entries(evidence, "browser.visit")[:-1]}
    assert reached == dict.fromkeys(
        ("welcome", "room", "join", "second", "chat", "share", "settings", "leave"), True
    )
    found = judged(evidence)
    assert set(found.values()) == {"pass"}, found
    assert len(found) >= 7


def test_every_way_out_is_seen_and_none_is_taken(look: Look) -> None:
    evidence = look(
        head="<link rel=preconnect href=https://hint.example.com>"
        "<script src=https://www.googletagmanager.com/gtag/js></script>",
        load="new Image().src = 'https://cdn.jsdelivr.net/a.png';"
        "const worker = new Worker(URL.createObjectURL(new Blob("
        "[\"fetch('https://worker.example.com/x').catch(() => 0)\"])));"
        "const frame = document.createElement('iframe');"
        "frame.srcdoc = '<img src=https://frame.example.com/x>"
        "<iframe src=https://inner.example.com/></iframe>'; document.body.append(frame);",
        join="new WebSocket('wss://socket.example.com/');"
        "navigator.sendBeacon('https://beacon.example.com/', 'x');"
        "new RTCPeerConnection({iceServers: [{urls: ['stun:stun.l.google.com:19302']}]});"
        "navigator.geolocation.getCurrentPosition(() => 0, () => 0);"
        "document.cookie = '_ga=1'; localStorage.setItem('features/recent-list', '[]');",
        chat="fetch('https://chat.example.com/x').catch(() => 0);",
        settings="new EventSource('https://events.example.com/');"
        "navigator.mediaDevices.getUserMedia({audio: true})"
        ".then(stream => new MediaRecorder(stream).start());",
    )
    asked = {e["host"]: e for e in entries(evidence, "browser.requests")}
    names = ("hint", "inner", "worker", "frame", "socket", "beacon", "chat", "events")
    assert {f"{name}.example.com" for name in names} | {"cdn.jsdelivr.net"} <= set(asked)
    assert asked["chat.example.com"]["stage"] == "chat"
    assert f"/{ROOM}:" in asked["socket.example.com"]["who"]
    assert {e["outcome"] for e in asked.values()} == {"let through"}
    ice = [e["host"] for e in entries(evidence, "browser.webrtc") if e["what"] == "ice"]
    assert ice == ["stun.l.google.com"]
    found = judged(evidence)
    clean = {"browser-stopped-requests"}
    assert {name for name, status in found.items() if status == "fail"} == set(found) - clean
    assert "asked for by" in message(evidence, "browser-requests")


@pytest.mark.parametrize("kind", ["dns-prefetch", "preconnect"])
def test_what_a_header_announces_is_seen(look: Look, kind: str) -> None:
    link = f"</own.css>; rel=preload, <https://told.example.com/x>; rel={kind}"
    (asked,) = (
        entry
        for entry in entries(look(headers={"Link": link}), "browser.requests")
        if entry["host"] != "localhost" and entry["stage"] == "welcome"
    )
    assert (asked["host"], asked["kind"]) == ("told.example.com", kind)
    assert asked["who"].startswith("a header of https://localhost")


def test_a_call_is_seen_by_its_candidates_pair_and_packets(look: Look) -> None:
    evidence = look(
        join="const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()];"
        "a.onicecandidate = event => event.candidate && b.addIceCandidate(event.candidate);"
        "b.onicecandidate = event => event.candidate && a.addIceCandidate(event.candidate);"
        "a.createDataChannel('x');"
        "(async () => {"
        "await a.setLocalDescription(await a.createOffer());"
        "await b.setRemoteDescription(a.localDescription);"
        "await b.setLocalDescription(await b.createAnswer());"
        "await a.setRemoteDescription(b.localDescription);"
        "})();",
    )
    found = entries(evidence, "browser.webrtc")
    of = {w: {e["address"] for e in found if e["what"] == w} for w in ("candidate", "packets")}
    assert of["packets"]
    assert of["packets"] <= of["candidate"]
    assert any(entry["what"] == "pair" for entry in found)
    assert judged(evidence)["browser-stun-servers"] == "pass"


def test_what_the_policy_stops_is_told_as_stopped(look: Look) -> None:
    evidence = look(
        policy=CSP,
        join="fetch('https://a.example.com/x').catch(() => 0);"
        "new WebSocket('wss://b.example.com/'); new Image().src = 'https://c.example.com/';"
        "const frame = document.createElement('iframe'); frame.src = 'https://d.example.com/';"
        "document.body.append(frame);",
    )
    stopped = {e["host"]: e["by"] for e in entries(evidence, "browser.requests") if e["by"]}
    names = [f"{name}.example.com" for name in "abcd"]
    assert stopped == dict.fromkeys(names, "Content-Security-Policy")
    found = judged(evidence)
    assert found["browser-requests"] == "pass"
    assert found["browser-stopped-requests"] == "fail"


def test_where_a_link_leads_is_told_of_the_link_and_not_of_the_page(look: Look) -> None:
    link = Override("config.analytics.disabled", False, "network", "statistics")
    led = "fetch('https://led.example.com/x').catch(() => 0);"
    evidence = look(links=(link,), join=f"if (location.hash.includes('{link.key}')) {{ {led} }}")
    (told,) = entries(evidence, "browser.links")
    assert told["let_through"] == ["https://led.example.com/x"]
    assert [e["host"] for e in entries(evidence, "browser.requests")] == ["localhost"]
    found = judged(evidence)
    assert found["browser-hostile-links"] == "fail"
    assert found["browser-requests"] == "pass"
    both = look(links=(link,), join=led)
    assert "led.example.com" in {e["host"] for e in entries(both, "browser.requests")}


@pytest.mark.parametrize("body", ["<div id=react></div>", "<script>while (true) {}</script>"])
def test_a_page_that_does_not_run_is_never_a_pass(look: Look, body: str) -> None:
    assert set(judged(look(body=body)).values()) == {"unknown"}


def test_a_room_that_is_not_entered_is_unknown_and_says_what_the_page_says(look: Look) -> None:
    never = "joined = false; root.innerHTML = '<p role=dialog>Wait for a host</p>';"
    evidence = look(join=never)
    assert set(judged(evidence).values()) == {"unknown"}
    assert "Wait for a host" in message(evidence, "browser-requests")


def processes(word: str) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                command = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if word.encode() in command:
                found.append(int(folder.name))
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_browser_and_profile_go_however_the_audit_ends(
    number: signal.Signals, tmp_path: Path
) -> None:
    # Short, or the profile would be made elsewhere.
    with serve(tmp_path) as served, tempfile.TemporaryDirectory() as short:
        served.places["/"] = text("<div id=react></div>")
        served.places["/config.js"] = text("var config = {};\n", "application/javascript")
        room = Path(short)
        audit = subprocess.Popen(
            [sys.executable, "-m", "selfhost", "audit", served.url, "--browser"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, "TMPDIR": str(room)},
        )
        ended = not _soon(lambda: len(processes(str(room))) > 3 or audit.poll() is not None, 60)
        if ended or audit.poll() is not None:
            audit.kill()
            pytest.fail(f"no browser came: {audit.communicate()[1].decode()}")
        audit.send_signal(number)
        assert audit.wait(30) == (-9 if number == signal.SIGKILL else 130)
        assert audit.stderr is not None
        audit.stderr.close()
        assert _soon(lambda: not processes(str(room)), 15)
        assert _soon(lambda: not list(room.glob("selfhost-browser-*")), 5)


def _soon(true: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.1)
    return False
