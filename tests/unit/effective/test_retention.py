"""For how long logs are kept: logrotate's rules and the journal's limit."""

import pytest

from selfhost.audit.kept import kept
from selfhost.controls import examples
from selfhost.controls.model import Example
from selfhost.controls.registry import find
from selfhost.effective.server import Server

CONTROL = find("host-log-rotation")


def logs(logrotate: str, journald: str = "") -> dict[str, int | None]:
    files = {"host.logrotate": logrotate, "host.journald": f"[Journal]\n{journald}\n"}
    return dict(kept(Server(examples.evidence(CONTROL, Example(files)))))


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("daily\n rotate 7", 8),
        ("weekly\n rotate 1", 14),
        ("daily\n rotate 3\n maxage 3", 3),
        ("daily\n rotate 3\n maxage 30", 4),
        ("size 100M\n rotate 24", None),
        ("size 100M\n rotate 24\n maxage 9", 9),
        ("hourly\n rotate 24", None),
        ("rotate 7", None),
        (f"daily\n rotate {'9' * 5000}", None),
        (f"daily\n rotate 2\n maxage {'9' * 5000}", 3),
    ],
)
def test_days_of_a_rule(rule: str, days: int | None) -> None:
    assert logs(f"/var/log/nginx/*.log {{\n {rule}\n}}\n")["nginx"] == days


def test_writers_and_the_longest_of_their_rules() -> None:
    found = logs(
        "/var/log/jitsi/jicofo.log {\n daily\n rotate 2\n}\n"
        "/var/log/jitsi/jvb.log {\n size 1G\n}\n"
        "/var/log/prosody/*.log {\n daily\n rotate 2\n postrotate\n  echo }\n endscript\n}\n"
        "/var/log/prosody/old.log {\n weekly\n rotate 2\n}\n"
        "/var/log/apt/term.log {\n monthly\n rotate 12\n}\n",
    )
    assert found == {"jicofo": 3, "videobridge": None, "prosody": 21, "journal": None}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("MaxRetentionSec=3day", {"journal": 3}),
        ("MaxRetentionSec=36h", {"journal": 2}),
        ("MaxRetentionSec=0", {"journal": None}),
        ("MaxRetentionSec=some time", {"journal": None}),
        (f"MaxRetentionSec={'9' * 5000}", {"journal": None}),
        ("#MaxRetentionSec=3day", {"journal": None}),
        ("Storage=volatile", {}),
    ],
)
def test_the_journal(line: str, expected: dict[str, int | None]) -> None:
    assert logs("", line) == expected
