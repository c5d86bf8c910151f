"""A healthy server's answer, and what the settings expect of it."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from selfhost.health.expected import Expected

NOW = 1_800_000_000.0
DAY = 86_400
UNIT = {"active": "active", "sub": "running", "result": "success", "enabled": "enabled"}
RULES = """table inet selfhost {
\tchain input {
\t\ttype filter hook input priority filter; policy drop;
\t\tiif "lo" accept
\t\ttcp dport 22 accept comment "SSH"
\t\ttcp dport { 80, 443 } accept comment "Web: pages and signalling"
\t\tudp dport 10000 accept comment "Bridge: media"
\t\tudp dport 3478 accept comment "TURN"
\t\ttcp dport 5349 accept comment "TURN over TLS"
\t}
}
"""
SOCKETS = "".join(
    f'{kind} {state} 0 0 {address}:{port} 0.0.0.0:* users:(("{program}",pid={port},fd=3)) ino:1\n'
    for kind, state, address, port, program in (
        ("tcp", "LISTEN", "[::]", 22, "sshd"),
        ("tcp", "LISTEN", "[::]", 80, "nginx"),
        ("tcp", "LISTEN", "[::]", 443, "nginx"),
        ("tcp", "LISTEN", "127.0.0.1", 5222, "lua5.4"),
        ("tcp", "LISTEN", "127.0.0.1", 5280, "lua5.4"),
        ("tcp", "LISTEN", "127.0.0.1", 8080, "java"),
        ("tcp", "LISTEN", "127.0.0.1", 8888, "java"),
        ("tcp", "LISTEN", "[::]", 5349, "turnserver"),
        ("udp", "UNCONN", "[::]", 3478, "turnserver"),
        ("udp", "UNCONN", "[::]", 10000, "java"),
    )
)


def certificate(days: int, *names: str, fingerprint: str = "AA") -> dict[str, Any]:
    return {
        "start": NOW - DAY,
        "end": NOW + days * DAY,
        "names": list(names),
        "fingerprint": fingerprint,
        "self_signed": False,
    }


HEALTHY: dict[str, Any] = {
    "selfhost-probe": 1,
    "now": NOW,
    "root": True,
    "machine": {
        "system": "Debian GNU/Linux 12 (bookworm)",
        "uptime": 100_000,
        "memory": {"total": 3900, "available": 1500, "swap": 0},
        "disks": [
            {"path": "/", "free": 20_000, "total": 40_000, "nodes_free": 1_000_000},
            {"path": "/var", "free": 20_000, "total": 40_000, "nodes_free": 1_000_000},
        ],
        "receive_buffer": 10_485_760,
        "container": False,
        "clock_synchronised": True,
        "reboot": None,
        "addresses": ["10.0.0.5"],
    },
    "units": {
        name: {**UNIT, "restarts": 0, "since": NOW - 3 * DAY}
        for name in ("prosody", "jicofo", "jitsi-videobridge2", "nginx", "coturn")
    },
    "processes": [
        {"user": "jicofo", "started": NOW - 3 * DAY, "heap": 487},
        {"user": "jvb", "started": NOW - 3 * DAY, "heap": 975},
        {"user": "prosody", "started": NOW - 3 * DAY, "heap": None},
        {"user": "turnserver", "started": NOW - 3 * DAY, "heap": None},
    ],
    "listeners": {"sockets": SOCKETS, "users": ""},
    "logs": {"jicofo": {"errors": {}, "modules": [], "written": NOW}},
    "complaints": {},
    "focus": {
        "answers": True,
        "account": "right",
        "bridges": 1,
        "operational": 1,
        "domain": "meet.example.org",
    },
    "bridge": {
        "answers": True,
        "healthy": True,
        "complaint": "",
        "account": "right",
        "mappings": [["10.0.0.5", "203.0.113.7"]],
        "domain": "meet.example.org",
        "legacy": False,
    },
    "xmpp": {
        "answers": True,
        "status": 200,
        "trusted": True,
        "java_trust_written": NOW - 9 * DAY,
        "plugins_written": NOW - 9 * DAY,
    },
    "web": {"status": 200, "settings": True},
    "certificates": {
        "web": certificate(60, "meet.example.org"),
        "web served": certificate(60, "meet.example.org"),
        "turn": certificate(60, "meet.example.org"),
        "turn served": certificate(60, "meet.example.org"),
        "xmpp": certificate(300, "auth.meet.example.org", fingerprint="BB"),
    },
    "packages": {
        "installed": {
            name: {"version": version, "state": "installed", "held": True}
            for name, version in (
                ("prosody", "0.12.3-1"),
                ("jitsi-meet-prosody", "1.0.9396-1"),
                ("jicofo", "1.0-1196-1"),
                ("jitsi-videobridge2", "2.3-312-1"),
                ("nginx", "1.22.1-9"),
                ("jitsi-meet-web", "1.0.9396-1"),
                ("jitsi-meet-web-config", "1.0.9396-1"),
                ("coturn", "4.6.1-1"),
                ("openjdk-17-jre-headless", "17.0.21"),
            )
        },
        "aside": [],
        "under_way": False,
    },
    "names": {
        "web": ["meet.example.org"],
        "site": ["meet.example.org"],
        "xmpp": ["meet.example.org"],
    },
    "firewall": {
        "tables": ["inet selfhost"],
        "rules": RULES,
        "dropping": [],
    },
}
ALL = ("jitsi_signalling", "jitsi_turn", "jitsi_videobridge", "jitsi_web")


@pytest.fixture
def raw() -> dict[str, Any]:
    """The probe's answer on a healthy server; a copy to spoil."""
    return copy.deepcopy(HEALTHY)


@pytest.fixture
def expected() -> Callable[..., Expected]:
    """What a site's settings say, with changes."""

    def make(**changes: Any) -> Expected:
        settings: dict[str, Any] = {
            "groups": ALL,
            "domain": "meet.example.org",
            "turn_domain": "meet.example.org",
            "public_address": "203.0.113.7",
            "private_address": "10.0.0.5",
            **changes,
        }
        return Expected(**settings)

    return make
