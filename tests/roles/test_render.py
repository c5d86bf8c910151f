"""What the rendered files say, with defaults and with each relaxation."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.roles import render
from tests.roles.render import example, render_defaults

Render = Callable[..., Path]


@pytest.fixture(scope="module")
def defaults(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A server as the roles' defaults make it."""
    dest = tmp_path_factory.mktemp("defaults")
    render_defaults(dest, example())
    return dest


def rendered(dest: Path, **settings: Any) -> Path:
    render_defaults(dest, {**example(), **settings})
    return dest


def text(dest: Path, path: str) -> str:
    return (dest / path).read_text(encoding="utf-8")


CONFIG = "etc/jitsi/meet/meet.example.org-config.js"
SITE = "etc/nginx/sites-available/meet.example.org.conf"
HOSTS = "etc/prosody/conf.avail/meet.example.org.cfg.lua"
PROSODY = "etc/prosody/conf.d/selfhost.cfg.lua"
HEADERS = "etc/nginx/snippets/selfhost-headers.conf"


def test_no_file_names_a_third_party_that_somebody_would_ask(defaults: Path) -> None:
    last = text(defaults, CONFIG).partition("BEGIN settings managed")[2]
    assert "https://" not in last.replace("https://meet.example.org/", "")
    assert "config.p2p.stunServers = [\n];" in last
    assert "stun.addresses = []" in text(defaults, "etc/jitsi/videobridge/jvb.conf")
    policy = text(defaults, HEADERS)
    assert set(re.findall(r"(?:https|wss)://\S+?(?=[ ;])", policy)) == {
        "https://meet.example.org",
        "wss://meet.example.org",
    }
    assert "frame-ancestors 'self'" in policy


def test_the_site_neither_logs_nor_forgets_the_policy_in_a_location(defaults: Path) -> None:
    site = text(defaults, SITE)
    assert not re.search(r"^\s*access_log", site, re.MULTILINE)
    assert site.count("include /etc/nginx/snippets/selfhost-log.conf;") == 2
    assert site.count("include /etc/nginx/snippets/selfhost-site.conf;") == 1
    assert "Access-Control-Allow-Origin" not in site
    assert "/room-info?" not in site
    assert "jaas" not in site
    assert "access_log off;" in text(defaults, "etc/nginx/snippets/selfhost-log.conf")


def test_xmpp_offers_no_host_for_recorders_or_files(defaults: Path) -> None:
    hosts = text(defaults, HOSTS)
    assert 'VirtualHost "recorder.' not in hosts
    assert "filesharing" not in hosts
    for section in ("auth.", "speakerstats.", "avmoderation.", "metadata.", "polls."):
        assert f'"{section}meet.example.org"' in hosts
    assert 'Component "focus.meet.example.org" "client_proxy"' in hosts
    assert not re.search(r"^\s*muc_lobby_whitelist", hosts, re.MULTILINE)
    assert f'external_service_secret = "{example()["site_turn_secret"]}";' in hosts
    fragment = text(defaults, PROSODY)
    assert '"s2s";' in fragment
    assert "recording = false;" in fragment


def test_relays_and_logs(defaults: Path) -> None:
    turn = text(defaults, "etc/turnserver.conf").splitlines()
    assert turn[0] == "# jitsi-meet coturn config. Do not modify this line"
    assert f"static-auth-secret={example()['site_turn_secret']}" in turn
    assert "pkey=/etc/coturn/certs/meet.example.org.privkey.pem" in turn
    assert "syslog" not in turn
    assert "no-tcp-relay" in turn
    assert turn.count("denied-peer-ip=10.0.0.0-10.255.255.255") == 1
    assert {"no-tcp", "no-dtls", "no-tlsv1", "no-tlsv1_1", "stale-nonce=600"} <= set(turn)
    assert [line for line in turn if line.startswith("listening-ip=")] == [
        "listening-ip=127.0.0.1",
        "listening-ip=203.0.113.10",
    ]
    for name in ("nginx", "prosody", "jicofo", "jitsi-videobridge"):
        rotation = text(defaults, f"etc/logrotate.d/{name}")
        assert re.findall(r"^\s*(rotate \d+|daily|weekly|hourly)$", rotation, re.MULTILINE) in (
            ["daily", "rotate 3"],
            ["rotate 3", "daily"],
        )
    assert "jibri" in text(defaults, "etc/apt/preferences.d/selfhost-never")


def test_the_filters_let_in_what_a_meeting_needs_only(defaults: Path) -> None:
    rules = text(defaults, "etc/nftables.d/selfhost.nft")
    assert "policy drop;" in rules
    inbound = rules.partition("chain published")[0]
    ports = re.findall(r"(tcp|udp) dport \{ ([\d, ]+) \}", inbound)
    assert ports == [
        ("tcp", "22"),
        ("tcp", "80, 443"),
        ("udp", "10000"),
        ("udp", "3478"),
        ("tcp", "5349"),
    ]
    assert "flush ruleset" not in rules


def test_each_service_is_sent_where_it_has_business_and_the_rest_is_counted(
    defaults: Path,
) -> None:
    chains = outbound(text(defaults, FILTER))
    assert set(chains) == {"jicofo", "prosody", "www-data", "jvb", "turnserver"}
    for user, rules in chains.items():
        assert rules[-1] == f'counter name "refused-{user}" reject with icmpx admin-prohibited'
        assert "53" not in re.findall(r"dport (\d+)", " ".join(rules)), "names are looked up"
    assert chains["prosody"][:-1] == []
    assert chains["jicofo"][:-1] == ['oif lo tcp dport 5222 accept comment "signalling"']
    assert all("tcp" not in rule or "oif lo" in rule for rules in chains.values() for rule in rules)
    numbers = re.findall(r"meta skuid (\d+) goto out-([\w-]+)", text(defaults, FILTER))
    assert [user for _number, user in numbers] == sorted(chains)


@pytest.mark.parametrize(
    ("url", "rules"),
    [
        ("ldap://10.0.0.9", ['ip daddr 10.0.0.9 tcp dport 389 accept comment "prosody_ldap_url"']),
        (
            "ldaps://ldap.example.org",
            [
                'tcp dport 636 accept comment "prosody_ldap_url"',
                'meta l4proto { tcp, udp } th dport 53 accept comment "prosody_ldap_url"',
            ],
        ),
        ("ldap://10.0.0.9:1389", ["ip daddr 10.0.0.9 tcp dport 1389 accept"]),
    ],
)
def test_prosody_may_ask_the_directory(tmp_path: Path, url: str, rules: list[str]) -> None:
    settings = {"site_authentication": "ldap", "prosody_ldap_base": "dc=example"}
    dest = rendered(tmp_path, prosody_ldap_url=url, **settings)
    found = outbound(text(dest, FILTER))["prosody"][:-1]
    assert [one[: len(two)] for one, two in zip(found, rules, strict=True)] == rules


def outbound(rules: str) -> dict[str, list[str]]:
    """The rules of each account's chain."""
    found = re.findall(r"chain out-([\w-]+) \{\n(.*?)\n    \}", rules, re.DOTALL)
    return {user: [line.strip() for line in body.splitlines()] for user, body in found}


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
JICOFO = "etc/jitsi/jicofo/jicofo.conf"
BRIDGE = "etc/jitsi/videobridge/jvb.conf"
FILTER = "etc/nftables.d/selfhost.nft"
TURN = "etc/turnserver.conf"
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


def test_figures_are_on_loopback_and_only_where_they_are_wanted(
    defaults: Path, tmp_path: Path
) -> None:
    unit = "etc/systemd/system/prometheus-node-exporter.service.d/selfhost.conf"
    assert not (defaults / unit).exists()
    assert not (defaults / "usr/local/libexec/selfhost-metrics").exists()
    assert "{{ $labels.instance }}" in text(defaults, "usr/local/share/selfhost/alerts.yml")
    dest = rendered(tmp_path, monitoring_host_exporter=True)
    assert "--web.listen-address=127.0.0.1:9100 " in text(dest, unit)
    script = text(dest, "usr/local/libexec/selfhost-metrics")
    for name in ("web '/etc/jitsi/meet/", "turn '/etc/coturn/", "xmpp '/var/lib/prosody/auth."):
        assert f"certificate {name}" in script


def section(dest: Path, head: str) -> str:
    """The lines of one of Prosody's hosts or components."""
    found = re.search(
        rf"^{re.escape(head)}\n(?:(?!VirtualHost|Component).*\n)*", text(dest, HOSTS), re.MULTILINE
    )
    assert found is not None
    return found.group()


MAIN = 'VirtualHost "meet.example.org"'
ROOMS = 'Component "conference.meet.example.org" "muc"'


def test_people_with_an_account_open_rooms_and_guests_join(defaults: Path) -> None:
    assert '    authentication = "internal_hashed" -- site_authentication\n' in section(
        defaults, MAIN
    )
    assert "do not delete me" not in text(defaults, HOSTS)
    assert 'VirtualHost "guest.meet.example.org"' in text(defaults, PROSODY)
    assert 'config.hosts.anonymousdomain = "guest.meet.example.org";' in text(defaults, CONFIG)
    focus = text(defaults, JICOFO)
    assert "jicofo.authentication.enabled = true" in focus
    assert 'jicofo.authentication.type = "XMPP"' in focus
    assert 'jicofo.authentication.login-url = "meet.example.org"' in focus
    assert "jicofo.authentication.enable-auto-login = false" in focus
    assert '--"token_verification";' in section(defaults, ROOMS)


def test_tokens(tmp_path: Path) -> None:
    dest = rendered(tmp_path, site_authentication="jwt", site_lobby="host")
    assert 'authentication = "token"' in section(dest, MAIN)
    assert '"persistent_lobby";' in section(dest, MAIN)
    assert '        "token_verification";\n        "muc_wait_for_host";\n' in section(dest, ROOMS)
    fragment = text(dest, PROSODY)
    assert f'app_secret = "{example()["prosody_jwt_secret"]}"' in fragment
    for line in (
        'signature_algorithm = "HS256"',
        "allow_empty_token = false",
        'asap_accepted_issuers = { "selfhost"; }',
        'asap_accepted_audiences = { "meet.example.org"; }',
        "asap_require_room_claim = true",
    ):
        assert f"    {line}\n" in fragment
    focus = text(dest, JICOFO)
    assert "jicofo.authentication.enabled = false" in focus
    assert "jicofo.conference.enable-auto-owner = false" in focus


def test_tokens_by_a_public_key_know_no_secret(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    dest = rendered(
        tmp_path / "server",
        site_authentication="jwt",
        site_guests=False,
        prosody_jwt_public_key=str(key),
    )
    fragment = text(dest, PROSODY)
    assert 'signature_algorithm = "RS256"' in fragment
    assert f"app_secret = [[\n{key.read_text()}]]" in fragment
    assert example()["prosody_jwt_secret"] not in fragment
    assert 'VirtualHost "guest.' not in fragment
    assert "delete config.hosts.anonymousdomain;" in text(dest, CONFIG)
    assert "muc_wait_for_host" not in text(dest, HOSTS)


def test_a_directory(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_text("-----BEGIN CERTIFICATE-----\n")
    dest = rendered(
        tmp_path / "server",
        site_authentication="ldap",
        prosody_ldap_url="ldap://10.0.0.7",
        prosody_ldap_base="dc=m\u00fcller",
        prosody_ldap_bind_dn="cn=reader",
        prosody_ldap_bind_password='a "b" \\ c',
        prosody_ldap_ca=str(authority),
    )
    assert 'authentication = "ldap"' in section(dest, MAIN)
    fragment = text(dest, PROSODY)
    assert 'ldap_base = "dc=m\u00fcller"' in fragment
    assert 'ldap_password = "a \\"b\\" \\\\ c"' in fragment
    assert "ldap_tls = true" in fragment
    library = text(dest, "etc/prosody/selfhost-ldap.conf")
    assert "TLS_REQCERT demand\nTLS_CACERT /etc/prosody/selfhost-ldap-ca.pem\n" in library
    unit = text(dest, "etc/systemd/system/prosody.service.d/selfhost.conf")
    assert "Environment=LDAPCONF=/etc/prosody/selfhost-ldap.conf" in unit
    assert "jicofo.authentication.enabled = true" in text(dest, JICOFO)


def test_open_to_all_is_as_the_package_had_it(tmp_path: Path) -> None:
    dest = rendered(tmp_path, site_authentication="none", site_lobby="none")
    assert '    authentication = "jitsi-anonymous" -- do not delete me\n' in section(dest, MAIN)
    assert '--"muc_lobby_rooms";' in section(dest, MAIN)
    assert "guest." not in text(dest, PROSODY)
    assert "delete config.hosts.anonymousdomain;" in text(dest, CONFIG)
    assert "jicofo.authentication.enabled = false" in text(dest, JICOFO)


def test_another_way_in_leaves_nothing_of_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered(tmp_path, site_authentication="jwt", site_lobby="host")
    with monkeypatch.context() as patch:
        patch.setattr(render, "write_bases", lambda dest, variables: None)
        rendered(tmp_path)
    again = text(tmp_path, HOSTS)
    assert again == text(rendered(tmp_path / "fresh"), HOSTS)
    assert "app_secret" not in text(tmp_path, PROSODY)


def test_a_set_of_versions_is_pinned_exactly(tmp_path: Path) -> None:
    versions = {"jitsi-meet": "2.0.10008-1", "jicofo": "1.0-1196-1"}
    dest = rendered(tmp_path, jitsi_repository_versions=versions)
    pins = text(dest, "etc/apt/preferences.d/selfhost-jitsi")
    assert "Package: jicofo\nPin: version 1.0-1196-1\nPin-Priority: 990\n" in pins
    assert pins.endswith("Pin: origin download.jitsi.org\nPin-Priority: -1\n")
    assert text(dest, "var/lib/selfhost/release").count(".") == 2


def test_without_a_set_the_suite_s_own_release_is_taken(defaults: Path) -> None:
    pins = text(defaults, "etc/apt/preferences.d/selfhost-jitsi")
    assert "Pin: version" not in pins
    assert pins.endswith("Pin: origin download.jitsi.org\nPin-Priority: 500\n")
