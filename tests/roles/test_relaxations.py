"""What each relaxation changes in the rendered files."""

from pathlib import Path
from typing import Any

import pytest

from tests.roles import render
from tests.roles.rendered import (
    BRIDGE,
    CONFIG,
    FILTER,
    HEADERS,
    HOSTS,
    JICOFO,
    PROSODY,
    TURN,
    outbound,
    rendered,
    text,
)

RELAXED: dict[str, Any] = {
    "site_private_address": "10.0.0.5",
    "site_public_address_v6": "2001:db8::10",
    "jicofo_jibri_brewery": "JibriBrewery@x",
    "jicofo_jigasi_brewery": "JigasiBrewery@x",
    "jicofo_transcription_url_template": "wss://x/{{MEETING_ID}}",
    "jicofo_translation_url_template": "wss://y/{{MEETING_ID}}",
    "jicofo_auto_owner": False,
    "jicofo_log_level": "INFO",
    "jicofo_max_memory": "700m",
    "privacy_log_days": 7,
    "prosody_c2s_interfaces": ["10.0.0.5"],
    "prosody_log_level": "info",
    "prosody_room_history": 20,
    "prosody_s2s": True,
    "turn_log": True,
    "turn_credential_seconds": 60,
    "turn_domain": "turn.example.org",
    "turn_min_port": 50000,
    "turn_tls_on_443": True,
    "turn_total_quota": 30,
    "turn_user_quota": 3,
    "turn_max_port": 50999,
    "videobridge_log_level": "INFO",
    "videobridge_max_memory": "900m",
    "videobridge_redact_addresses": False,
    "videobridge_require_valid_address": False,
    "videobridge_stun_addresses": ["stun.example.org:3478"],
    "videobridge_udp_port": 10001,
    "firewall_extra_tcp_ports": [8448],
    "firewall_extra_udp_ports": [51820],
    "firewall_ping": False,
    "firewall_ssh_ports": [2222],
    "firewall_ssh_sources": ["198.51.100.0/24", "2001:db8::/48"],
    "web_access_log": True,
    "web_analytics": True,
    "web_analytics_settings": {"rtcstatsEnabled": True},
    "web_audio_translation": True,
    "web_content_security_policy": ["https://pad.example.org"],
    "web_deep_linking": True,
    "web_face_expressions": True,
    "web_feedback_percentage": 10,
    "web_file_sharing": True,
    "web_frame_ancestors": ["https://lms.example.org"],
    "web_gravatar": True,
    "web_legal_urls": {"privacy": "https://example.org/p"},
    "web_live_streaming": True,
    "web_local_recording": True,
    "web_p2p": False,
    "web_recent_list": True,
    "web_recording_service": True,
    "web_speaker_stats": True,
    "web_stun_servers": ["turn.example.org:3478"],
    "web_transcription": True,
}
EFFECTS = [
    (CONFIG, "config.recordingService.enabled = true;"),
    (CONFIG, "config.localRecording.disable = false;"),
    (CONFIG, "config.liveStreaming.enabled = true;"),
    (CONFIG, "config.transcription.enabled = true;"),
    (CONFIG, "config.transcription.disableClosedCaptions = false;"),
    (CONFIG, "config.audioTranslation.enabled = true;"),
    (CONFIG, "config.faceLandmarks.enableFaceExpressionsDetection = true;"),
    (CONFIG, "config.gravatar.disabled = false;"),
    (CONFIG, 'config.analytics["rtcstatsEnabled"] = true;'),
    (CONFIG, "config.analytics.disabled = false;"),
    (CONFIG, '{ urls: "stun:turn.example.org:3478" },'),
    (CONFIG, "config.p2p.enabled = false;"),
    (CONFIG, "config.doNotStoreRoom = false;"),
    (CONFIG, "config.feedbackPercentage = 10;"),
    (CONFIG, "config.deeplinking.disabled = false;"),
    (CONFIG, "config.fileSharing.enabled = true;"),
    (CONFIG, "config.speakerStats.disabled = false;"),
    (CONFIG, '"privacy": "https://example.org/p"'),
    (CONFIG, 'config.hiddenDomain = "recorder.meet.example.org";'),
    (PROSODY, "recording = true;"),
    (PROSODY, "livestreaming = true;"),
    (PROSODY, 'Component "filesharing.meet.example.org"'),
    (PROSODY, 'VirtualHost "recorder.meet.example.org"'),
    (PROSODY, "max_history_messages = 20"),
    (PROSODY, 'info = "/var/log/prosody/prosody.log"'),
    (PROSODY, 'c2s_interfaces = { "10.0.0.5"; }'),
    (HEADERS, "img-src 'self' data: blob: https://www.gravatar.com https://pad.example.org;"),
    (HEADERS, "wss://meet.example.org https://pad.example.org;"),
    (HEADERS, "frame-ancestors 'self' https://lms.example.org\""),
    ("etc/nginx/snippets/selfhost-log.conf", "combined;"),
    (JICOFO, 'jicofo.jibri.brewery-jid = "JibriBrewery@x"'),
    (JICOFO, 'jicofo.jigasi.brewery-jid = "JigasiBrewery@x"'),
    (JICOFO, 'jicofo.xmpp.trusted-domains = ["recorder.meet.example.org"]'),
    (JICOFO, 'jicofo.transcription.url-template = "wss://x/{{MEETING_ID}}"'),
    (JICOFO, 'jicofo.translation.url-template = "wss://y/{{MEETING_ID}}"'),
    (JICOFO, "jicofo.conference.enable-auto-owner = false"),
    ("etc/jitsi/jicofo/logging.properties", ".level=INFO"),
    ("etc/systemd/system/jicofo.service.d/selfhost.conf", "JICOFO_MAX_MEMORY=700m"),
    (BRIDGE, 'stun.addresses = ["stun.example.org:3478"]'),
    (BRIDGE, '[{"local-address": "10.0.0.5", "public-address": "203.0.113.10"}]'),
    (BRIDGE, "ice4j.redact-remote-addresses = false"),
    (BRIDGE, "videobridge.health.require-valid-address = false"),
    (BRIDGE, "ice4j.harvest.use-ipv6 = true"),
    (BRIDGE, "videobridge.ice.udp.port = 10001"),
    ("etc/jitsi/videobridge/config", "VIDEOBRIDGE_MAX_MEMORY=900m"),
    ("etc/jitsi/videobridge/logging.properties", ".level=INFO"),
    (FILTER, "udp dport { 10001 }"),
    (FILTER, "tcp dport { 22, 2222 }"),
    (FILTER, "tcp dport { 8448 }"),
    (FILTER, "udp dport { 51820 }"),
    (FILTER, "meta l4proto tcp ct original proto-dst { 8448 } accept"),
    (FILTER, "ip saddr { 198.51.100.0/24 } tcp dport { 22, 2222 }"),
    (FILTER, "ip6 saddr { 2001:db8::/48 } tcp dport { 22, 2222 }"),
    (FILTER, "ip daddr 203.0.113.10 udp dport 10001 dnat ip to 10.0.0.5"),
    (FILTER, "udp sport 50000-50999 udp dport"),
    (TURN, "listening-ip=10.0.0.5\nlistening-ip=2001:db8::10\nrelay-ip=10.0.0.5\n"),
    (TURN, "external-ip=203.0.113.10/10.0.0.5\nallowed-peer-ip=10.0.0.5\n"),
    (TURN, "allowed-peer-ip=10.0.0.5\nallowed-peer-ip=203.0.113.10\n"),
    (TURN, "min-port=50000\nmax-port=50999\nuser-quota=3\ntotal-quota=30\n"),
    (HOSTS, 'transport = "udp", secret = true, ttl = 60,'),
    (HOSTS, '"turns", host = "turn.example.org", port = 443,'),
    (TURN, "\nsyslog\n"),
    ("etc/logrotate.d/jicofo", "rotate 7"),
    ("etc/systemd/journald.conf.d/selfhost.conf", "MaxRetentionSec=7day"),
]


@pytest.fixture(scope="module")
def relaxed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A server with every relaxation but web_third_party_requests."""
    return rendered(tmp_path_factory.mktemp("relaxed"), **RELAXED)


@pytest.mark.parametrize(("path", "expected"), EFFECTS)
def test_a_relaxation_takes_effect(defaults: Path, relaxed: Path, path: str, expected: str) -> None:
    assert expected in text(relaxed, path)
    assert expected not in text(defaults, path)


def test_what_is_switched_on_is_not_kept_from_working(relaxed: Path) -> None:
    fragment = text(relaxed, PROSODY)
    assert '"s2s"' not in fragment
    assert "s2s_ports" not in fragment
    assert set(outbound(text(relaxed, FILTER))) == {"jicofo", "turnserver", "www-data"}
    assert "echo-request" not in text(relaxed, FILTER)


def test_third_party_requests_are_let_through_by_the_policy(tmp_path: Path) -> None:
    dest = rendered(tmp_path, web_third_party_requests=True)
    policy = text(dest, HEADERS)
    assert "frame-src 'self' https://www.youtube.com " in policy
    assert "img-src 'self' data: blob: https:;" in policy
    assert "config.disableThirdPartyRequests = false;" in text(dest, CONFIG)


def test_rendering_again_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The edits find what they made before."""
    hocon = ("jicofo.conf", "jvb.conf")  # appended to by the renderer
    rendered(tmp_path, **RELAXED)
    files = [f for f in tmp_path.rglob("*") if f.is_file() and f.name not in hocon]
    before = {file: file.read_bytes() for file in files}
    monkeypatch.setattr(render, "write_bases", lambda dest, variables: None)
    rendered(tmp_path, **RELAXED)
    assert {file: file.read_bytes() for file in files} == before
