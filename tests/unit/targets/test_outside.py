"""A server looked at from outside; loopback servers that are hostile in every way."""

import gzip
import json
import re
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from selfhost.audit.evaluate import evaluate
from selfhost.audit.model import TargetReport
from selfhost.controls.registry import controls
from selfhost.errors import TargetError, UsageError
from selfhost.evidence.model import Evidence, State
from selfhost.targets import outside, outside_http
from selfhost.targets.outside import OutsideTarget
from selfhost.targets.outside_http import NoResponseError, Place, get
from selfhost.targets.parse import parse_target
from tests.unit.targets.outside_prosody import Prosody
from tests.unit.targets.outside_server import Answer, Served, serve, text

CONFIG = "var config = { hosts: { domain: 'localhost' }, bosh: '/http-bind', p2p: {} };\n"
CANARY = "hunter2hunter2hunter2"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serve(tmp_path) as found:
        found.places["/"] = text(
            "<html>\n<script>var config = {\n  liveStreaming: { enabled: true } };</script></html>",
            Content_Security_Policy="default-src 'self'; object-src 'none'",
        )
        found.places["/config.js"] = text(CONFIG, "application/javascript")
        yield found


def of(evidence: Evidence, source: str) -> list[dict[str, Any]]:
    (document,) = evidence.of(source)
    return [json.loads(line) for line in document.text.splitlines()]


def report(evidence: Evidence) -> TargetReport:
    return evaluate(evidence, controls())


def status(found: TargetReport, control: str) -> str:
    return next(str(r.status) for r in found.results if r.control == control)


def test_the_page_its_copy_of_the_settings_and_its_headers_are_judged(served: Served) -> None:
    evidence = OutsideTarget(served.url).collect()
    configs = evidence.of("web.config")
    assert [d.path for d in configs] == [f"{served.url}/config.js", f"{served.url}/#config.js"]
    found = report(evidence)
    assert status(found, "outside-content-security-policy") == "pass"
    assert status(found, "certificate-expiry") == "pass"
    assert status(found, "outside-certificate") == "fail"
    live = next(r for r in found.results if r.control == "web-live-streaming")
    assert str(live.status) == "fail"
    assert [(c.path, c.line) for c in live.evidence] == [(f"{served.url}/#config.js", 3)]
    assert "host-recorder" in found.out_of_scope
    assert not any(str(r.status) == "pass" and r.control.startswith("host-") for r in found.results)


def test_the_copy_of_the_settings_is_not_judged_as_a_script(served: Served) -> None:
    inside = "var config = {\n // https://tracker.example.com/\n a: 'https://www.jitsi.org/' };"
    served.places["/"] = text(
        f"<html><script>{inside}</script>\n<script>fetch('//x.com/a')</script>"
    )
    (page,) = OutsideTarget(served.url).collect().of("web.page")
    assert "jitsi.org" not in page.text
    assert page.text.splitlines()[3] == "<script>fetch('//x.com/a')</script>"


def test_a_certificate_that_is_trusted(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    assert of(OutsideTarget(served.url).collect(), "outside.tls")[0]["trusted"] is True


def test_without_an_xmpp_server_its_services_are_unknown(served: Served) -> None:
    found = report(OutsideTarget(served.url).collect())
    assert status(found, "outside-recorder-services") == "unknown"
    assert status(found, "outside-turn-servers") == "unknown"


def test_ports_are_tried_only_when_asked_for(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(served.url.rpartition(":")[2])
    monkeypatch.setattr(outside, "PORTS", (port, 1))
    plain = OutsideTarget(served.url).collect()
    assert plain.of("outside.ports") == ()
    assert "outside-open-ports" in report(plain).out_of_scope
    tried = of(OutsideTarget(served.url, ports=True).collect(), "outside.ports")
    assert tried == [{"open": True, "port": port}, {"open": False, "port": 1}]


def test_secrets_do_not_leave_the_answer(served: Served) -> None:
    served.places["/config.js"] = text(
        CONFIG + f"config.apiKey = '{CANARY}';\n", "application/javascript", X_Api_Token=CANARY
    )
    evidence = OutsideTarget(served.url).collect()
    assert not any(CANARY.encode() in document.content for document in evidence.documents)


def test_another_site_is_not_taken_for_a_meeting(served: Served) -> None:
    del served.places["/config.js"]
    served.places["/"] = text("<html>hello</html>")
    with pytest.raises(TargetError, match=re.escape("no config.js")):
        OutsideTarget(served.url).collect()


def test_a_login_in_front_is_denied_not_absent(served: Served) -> None:
    served.places["/config.js"] = text("no", status=401)
    evidence = OutsideTarget(served.url).collect()
    assert evidence.of("web.config")[0].state is State.DENIED
    assert status(report(evidence), "web-live-streaming") in ("unknown", "fail")


# -- hostile ------------------------------------------------------------------------------------


def place(seconds: float = 2.0) -> Place:
    return Place("localhost", False, time.monotonic() + seconds)


def _endless(handler: BaseHTTPRequestHandler, _given: bytes) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 65536)


def _slow(handler: BaseHTTPRequestHandler, _given: bytes) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1000:
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        time.sleep(0.1)


def _huge_header(handler: BaseHTTPRequestHandler, _given: bytes) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 10_000_000 + b"\r\n\r\n")


def _many_headers(handler: BaseHTTPRequestHandler, _given: bytes) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 100_000 + b"\r\n")


def _garbage(handler: BaseHTTPRequestHandler, _given: bytes) -> None:
    handler.wfile.write(b"\0\xff\x1b[2J nonsense\r\n\r\n")


HOSTILE: dict[str, Answer] = {
    "endless": _endless,
    "slow": _slow,
    "huge header": _huge_header,
    "many headers": _many_headers,
    "garbage": _garbage,
    "bomb": text(gzip.compress(b"\0" * 50_000_000), Content_Encoding="gzip"),
    "damaged": text(b"no gzip", Content_Encoding="gzip"),
    "loop": text("", status=302, Location="/"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_ends_in_time_and_is_none(name: str, served: Served) -> None:
    served.places["/"] = HOSTILE[name]
    started = time.monotonic()
    with pytest.raises(NoResponseError):
        get(served.url + "/", place(1.0 if name == "slow" else 5.0))
    assert time.monotonic() - started < 6


@pytest.mark.parametrize("name", ["endless", "garbage", "bomb", "loop"])
def test_a_hostile_settings_file_is_unknown_not_a_pass(name: str, served: Served) -> None:
    served.places["/"] = text("<html></html>")
    served.places["/config.js"] = HOSTILE[name]
    with pytest.raises(TargetError):
        OutsideTarget(served.url).collect()


def test_redirects_stay_on_the_host(served: Served) -> None:
    served.places["/"] = text("", status=302, Location="https://example.com/")
    with pytest.raises(TargetError, match=r"example\.com"):
        OutsideTarget(served.url).collect()
    served.places["/"] = text("", status=302, Location="file:///etc/passwd")
    assert get(served.url + "/", place()).left == "file:///etc/passwd"
    served.places["/"] = text("", status=302, Location="/room")
    served.places["/room"] = text("in")
    assert get(served.url + "/", place()).body == b"in"


@pytest.mark.parametrize("address", ["http://[bad]", "https://[::1", "//["])
def test_a_redirect_to_no_address_leads_nowhere(served: Served, address: str) -> None:
    served.places["/"] = text("moved", status=302, Location=address)
    answer = get(served.url + "/", place())
    assert (answer.status, answer.body, answer.left) == (302, b"moved", "")


def test_plain_http_on_the_port_is_told(tmp_path: Path) -> None:
    with serve(tmp_path, secure=False) as plain:
        url = plain.url.replace("http:", "https:")
        with pytest.raises(TargetError, match="TLS failed"):
            OutsideTarget(url).collect()


def test_nobody_there() -> None:
    with pytest.raises(TargetError, match="refused"):
        OutsideTarget("https://localhost:1").collect()


# -- XMPP ---------------------------------------------------------------------------------------


def test_a_stranger_is_told_of_a_recorder_and_of_foreign_turn(served: Served) -> None:
    served.places["/http-bind"] = Prosody(localhost="im", recorder_localhost="im").bosh
    found = report(OutsideTarget(served.url).collect())
    recorder = next(r for r in found.results if r.control == "outside-recorder-services")
    assert str(recorder.status) == "fail"
    assert "recorder.localhost" in recorder.message
    assert status(found, "outside-turn-servers") == "fail"


def test_a_server_without_recorders_passes(served: Served) -> None:
    served.places["/http-bind"] = Prosody(localhost="im", breakout_localhost="breakout_rooms").bosh
    found = report(OutsideTarget(served.url).collect())
    assert status(found, "outside-recorder-services") == "pass"


def test_a_refused_login_says_so(served: Served) -> None:
    prosody = Prosody()
    prosody.mechanism = "PLAIN"
    served.places["/http-bind"] = prosody.bosh
    found = report(OutsideTarget(served.url).collect())
    services = next(r for r in found.results if r.control == "outside-recorder-services")
    assert str(services.status) == "unknown"
    assert "anonymous login is not offered" in services.message


@pytest.mark.parametrize(
    "body",
    [
        "<!DOCTYPE x [<!ENTITY a 'aaaa'>]><body>&a;</body>",
        "<body>" * 100_000,
        "<body xmlns='http://jabber.org/protocol/httpbind' type='terminate' condition='x'/>",
        "<body xmlns='http://jabber.org/protocol/httpbind'/>",
        "nonsense",
        "",
    ],
    ids=range(6),
)
def test_a_hostile_xmpp_server_is_unknown(body: str, served: Served) -> None:
    served.places["/http-bind"] = text(body, "text/xml")
    found = report(OutsideTarget(served.url).collect())
    assert status(found, "outside-recorder-services") == "unknown"


def test_bosh_on_another_host_is_not_asked(served: Served) -> None:
    served.places["/"] = text("<html></html>")
    served.places["/config.js"] = text(
        "var config = { hosts: {}, bosh: 'https://example.com/http-bind' };", "text/javascript"
    )
    evidence = OutsideTarget(served.url).collect()
    assert "another host" in evidence.of("outside.xmpp")[0].reason


# -- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        "http://meet.example.org",
        "https://",
        "https://a:b@x.org",
        "https://x.org/?a=1",
        "https://[::1",
    ],
)
def test_addresses_that_are_none(given: str) -> None:
    with pytest.raises(UsageError):
        parse_target(given)


def test_an_address_is_a_target() -> None:
    assert parse_target("https://meet.example.org") == OutsideTarget("https://meet.example.org")
    with_ports = parse_target("https://meet.example.org", ports=True)
    assert with_ports == OutsideTarget("https://meet.example.org", ports=True)
    with pytest.raises(UsageError, match="--ports"):
        parse_target("local", ports=True)


def test_a_body_may_be_as_large_as_the_bound(served: Served) -> None:
    served.places["/"] = text(b"x" * outside_http.MAX_BODY)
    assert len(get(served.url + "/", place(5)).body) == outside_http.MAX_BODY
