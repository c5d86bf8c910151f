"""Chromium's own log of its network, whole, cut short and hostile."""

import json
from pathlib import Path

from selfhost.browser.netlog import Seen, read

TYPES = {"URL_REQUEST_START_JOB": 1, "UDP_BYTES_SENT": 2, "OTHER": 3}
SOURCES = {"UDP_SOCKET": 1, "UDP_CLIENT_SOCKET": 2}
PAGE = "https://meet.example.org"


def log(path: Path, *events: object, end: str = "]}\n") -> Path:
    lines = ",\n".join(json.dumps(event) for event in events)
    head = json.dumps(
        {"constants": {"logEventTypes": TYPES, "logSourceType": SOURCES}}, separators=(",", ":")
    )[:-1]
    path.write_text(f'{head},\n"events": [\n{lines}{end}', encoding="utf-8")
    return path


def event(kind: int, socket: int = 1, **params: object) -> dict[str, object]:
    return {"params": params, "source": {"id": 1, "type": socket}, "type": kind}


def test_requests_of_pages_and_packets_are_seen_once(tmp_path: Path) -> None:
    asked = event(1, url="https://a.example.com/x", initiator=PAGE)
    sent = event(2, address="[2001:db8::7]:3478", byte_count=20)
    own = event(1, url="https://update.example.com/", initiator="not an origin")
    found = list(read(log(tmp_path / "x", asked, sent, own, sent, event(3, url="x"))))
    assert found == [
        Seen("request", "https://a.example.com/x", who=PAGE),
        Seen("packets", "2001:db8::7", 3478),
    ]


def test_when_something_was_first_seen_is_told(tmp_path: Path) -> None:
    asked = event(1, url="https://a.example.com/x", initiator=PAGE)
    path = log(tmp_path / "x", {**asked, "time": "1500"}, {**asked, "time": "2500"})
    assert [seen.at for seen in read(path)] == [1.5]


def test_name_servers_and_neighbours_are_nobodys_concern(tmp_path: Path) -> None:
    asked = event(2, socket=2, address="9.9.9.9:53")
    multicast = event(2, address="224.0.0.251:5353")
    assert list(read(log(tmp_path / "x", asked, multicast))) == []


def test_a_log_that_ends_anywhere_gives_what_it_holds(tmp_path: Path) -> None:
    path = log(tmp_path / "x", event(2, address="192.0.2.9:3478"), event(1), end=',\n{"par')
    assert list(read(path)) == [Seen("packets", "192.0.2.9", 3478)]


def test_rubbish_and_nothing_give_nothing(tmp_path: Path) -> None:
    rubbish = tmp_path / "rubbish"
    rubbish.write_bytes(b'{"constants": 7\n"source"\n{"source":1,"type":[]}\n' + b"[" * 9999)
    assert list(read(rubbish)) == []
    assert list(read(tmp_path / "none")) == []
    odd = log(tmp_path / "odd", event(2, address="nowhere"), event(2, address=7), event(2))
    assert list(read(odd)) == []
