"""Rules between settings: ports that browsers accept, the relay's range, sources of SSH."""

from typing import Any

import pytest

from selfhost.settings.rules import check_rules

GOOD: dict[str, Any] = {
    "site_domain": "meet.example.org",
    "videobridge_udp_port": 10000,
    "turn_min_port": 49152,
    "turn_max_port": 65535,
    "turn_domain": "",
    "turn_tls_on_443": False,
    "firewall_ssh_sources": [],
}


def problems(**settings: Any) -> list[tuple[str, str]]:
    return [(p.key, p.message) for p in check_rules({**GOOD, **settings}, {})]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"videobridge_udp_port": 443},
        {"turn_tls_on_443": True, "turn_domain": "turn.example.org"},
        {"turn_min_port": 20000, "turn_max_port": 20099},
        {"firewall_ssh_sources": ["198.51.100.0/24", "2001:db8::/48", "192.0.2.1"]},
        {"site_backup_recipients": ["age1abc", "ssh-ed25519 AAAA me"]},
        {"site_backup_recipients": [], "site_backup_passphrase_file": "~/passphrase"},
    ],
)
def test_settings_that_work(settings: dict[str, Any]) -> None:
    assert problems(**settings) == []


@pytest.mark.parametrize(
    ("settings", "key", "message"),
    [
        ({"videobridge_udp_port": 53}, "videobridge_udp_port", "browsers do not send media to"),
        ({"videobridge_udp_port": 50000}, "videobridge_udp_port", "among the TURN server's ports"),
        ({"turn_min_port": 500}, "turn_min_port", "500 to 65535 is no range"),
        ({"turn_max_port": 49200}, "turn_max_port", "49152 to 49200 is no range"),
        ({"turn_max_port": 20000}, "turn_max_port", "is no range"),
        ({"turn_tls_on_443": True}, "turn_domain", "told apart by name"),
        (
            {"turn_tls_on_443": True, "turn_domain": "meet.example.org"},
            "turn_domain",
            "told apart by name",
        ),
        ({"turn_domain": "https://turn.example.org"}, "turn_domain", "without https://"),
        ({"firewall_ssh_sources": ["198.51.100.1/24"]}, "firewall_ssh_sources", "is no network"),
        ({"firewall_ssh_sources": ["home"]}, "firewall_ssh_sources", "'home' is no network"),
        (
            {"site_backup_recipients": ["AGE-SECRET-KEY-1X"]},
            "site_backup_recipients",
            "is no public key",
        ),
        (
            {"site_backup_recipients": ["age1abc"], "site_backup_passphrase_file": "x"},
            "site_backup_passphrase_file",
            "stands beside site_backup_recipients",
        ),
    ],
)
def test_settings_that_would_not_work(settings: dict[str, Any], key: str, message: str) -> None:
    ((said_key, said),) = problems(**settings)
    assert said_key == key
    assert message in said
