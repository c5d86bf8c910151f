"""What the rendered files say with the roles' defaults, or with a setting or two."""

import re
from pathlib import Path

import pytest

from tests.roles.render import example
from tests.roles.rendered import (
    CONFIG,
    FILTER,
    HEADERS,
    HOSTS,
    PROSODY,
    SITE,
    outbound,
    rendered,
    text,
)


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
