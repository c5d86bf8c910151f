from collections.abc import Iterator

from selfhost.controls.browser_examples import ice, packets, visit
from selfhost.controls.browser_predicates import conclude
from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    unknown,
)
from selfhost.controls.text_predicates import looked_at
from selfhost.controls.web_predicates import Owner, whose
from selfhost.effective.server import Server


def _found(server: Server) -> Iterator[Verdict]:
    entries = server.outside("browser.webrtc")
    told = {e.text("address") for e in entries if e.text("what") in ("candidate", "own")}
    for entry in entries:
        what, cited = entry.text("what"), Cited(entry.origin, entry.text("url"))
        if what == "ice":
            found = whose(server, entry.text("host"))
            if found.owner is Owner.FOREIGN:
                text = f"{entry.text('url')} is used, by {entry.text('who')}"
                yield fail(f"{text}: {found.why}, which learns addresses", cited)
            elif found.owner is Owner.UNCLEAR:
                yield unknown(f"{entry.text('url')}: {found.why}", cited)
        elif what == "packets" and entry.text("address") not in told:
            found = whose(server, entry.text("address"))
            if found.owner is not Owner.OWN:
                text = f"packets to {entry.text('address')} port {entry.number('port')}"
                yield fail(f"{text}, which nobody in the call had named", cited)
    if not any(entry.text("what") == "peer" for entry in entries):
        yield unknown(
            "no connection for media was made, so its servers were not seen",
            *looked_at(server, "browser.webrtc"),
        )


def check(server: Server) -> Iterator[Verdict]:
    """STUN and TURN servers of every peer connection, and where packets went."""
    yield from conclude(
        server, "browser.webrtc", _found(server), "only the deployment's own STUN and TURN is used"
    )


PEER = {"what": "peer", "who": "script x:1", "stage": "join"}
MINE = ice("turn:turn.example.org:3478", "turn.example.org")

CONTROL = Control(
    id="browser-stun-servers",
    title="A participant's browser asks own STUN and TURN servers only",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="web",
    needs=("browser.visit", "browser.webrtc"),
    risk="A foreign STUN or TURN server learns the address of everybody in a call. No "
    "Content-Security-Policy stops WebRTC.",
    upstream_default="a public STUN server, where config.js has no p2p.stunServers",
    fix=Fix(
        variable="web_stun_servers",
        by_hand="Set p2p.stunServers in config.js to a list of own servers, or an empty one.",
    ),
    references=("https://www.rfc-editor.org/rfc/rfc8445", "docs/browser.md"),
    surfaces=("default-outbound-hosts-browser",),
    check=check,
    bad=(
        visit(
            "browser.webrtc", PEER, ice("stun:stun.l.google.com:19302", "stun.l.google.com"), at=2
        ),
        visit("browser.webrtc", PEER, MINE, packets("8.8.8.8"), at=3),
        visit(
            "browser.webrtc",
            PEER,
            ice("turn:turn.example.com", "turn.example.com"),
            at=2,
            stopped_at="join",
        ),
    ),
    good=(
        visit("browser.webrtc", PEER, MINE),
        visit("browser.webrtc", PEER, note="no server at all"),
        visit("browser.webrtc", PEER, packets("10.0.0.7"), note="an inner address"),
        visit(
            "browser.webrtc",
            PEER,
            {"what": "candidate", "address": "8.8.8.8", "port": 10000, "kind": "host"},
            packets("8.8.8.8"),
            note="the bridge named it",
        ),
        visit(
            "browser.webrtc",
            PEER,
            MINE,
            {"what": "own", "address": "8.8.8.8", "port": 0},
            packets("8.8.8.8"),
            note="where its own relay is",
        ),
    ),
    unclear=(
        visit("browser.webrtc", note="no peer connection"),
        visit("browser.webrtc", PEER, stopped_at="join"),
        visit("browser.webrtc", PEER, ice("stun:8.8.8.8", "8.8.8.8"), note="whose is it?"),
        Example({}, note="nothing was seen"),
    ),
)
