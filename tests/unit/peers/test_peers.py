"""What other deployments set by default gives the findings that it should, and no others of those
that they took care of."""

import pytest

from selfhost.audit.evaluate import judge
from selfhost.controls import registry
from selfhost.controls.model import Status, worst
from selfhost.effective.server import Server
from selfhost.evidence.model import Document, Evidence, State
from tests.unit.peers.settings import PEERS, Peer

PATHS = {
    "web.config": "/etc/jitsi/meet/meet.example.org-config.js",
    "videobridge.config": "/etc/jitsi/videobridge/jvb.conf",
    "videobridge.legacy": "/etc/jitsi/videobridge/sip-communicator.properties",
    "jicofo.config": "/etc/jitsi/jicofo/jicofo.conf",
    "jicofo.legacy": "/etc/jitsi/jicofo/sip-communicator.properties",
    "prosody.config": "/etc/prosody/conf.avail/meet.example.org.cfg.lua",
    "nginx.files": "/etc/nginx/sites-available/meet.example.org.conf",
    "docker.environment": "/srv/jitsi/.env",
}


def statuses(peer: Peer, controls: frozenset[str]) -> dict[str, Status | None]:
    documents = tuple(
        Document(source, PATHS[source], State.PRESENT, text.encode())
        for source, text in peer.files.items()
    )
    scope = frozenset(peer.files)
    server = Server(Evidence(peer.name, "2026-01-01T00:00:00Z", documents, scope))
    return {name: worst(judge(registry.find(name), server) or ()) for name in sorted(controls)}


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_what_is_open_is_found(peer: Peer) -> None:
    found = statuses(peer, peer.found)
    assert found == dict.fromkeys(sorted(peer.found), Status.FAIL)


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_what_was_taken_care_of_is_not_found(peer: Peer) -> None:
    kept = statuses(peer, peer.kept)
    assert kept == dict.fromkeys(sorted(peer.kept), Status.PASS)
