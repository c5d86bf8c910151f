import re
from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
)
from selfhost.controls.text_predicates import Line, lines, looked_at
from selfhost.effective.server import Server

MAX_DAYS = 31
#: systemd.time(7): seconds in each unit that people write.
SECONDS = {
    "": 1, "s": 1, "sec": 1, "second": 1, "seconds": 1, "min": 60, "m": 60, "minute": 60,
    "minutes": 60, "h": 3600, "hr": 3600, "hour": 3600, "hours": 3600, "d": 86400, "day": 86400,
    "days": 86400, "w": 604800, "week": 604800, "weeks": 604800, "month": 2629800,
    "months": 2629800, "M": 2629800, "y": 31557600, "year": 31557600, "years": 31557600,
}  # fmt: skip


def check(server: Server) -> Iterator[Verdict]:
    settings: dict[str, tuple[str, Cited]] = {}
    for line in sorted(lines(server, "host.journald", "#;"), key=_order):
        key, equals, value = line.text.partition("=")
        if equals:
            settings[key.strip()] = (value.strip(), Cited(line.origin, key.strip()))
    storage = settings.get("Storage")
    if storage and storage[0].lower() in ("none", "volatile"):
        yield passed(f"the journal is {storage[0]}", storage[1])
        return
    kept = settings.get("MaxRetentionSec")
    if kept is None or _seconds(kept[0]) == 0:
        places = (kept[1],) if kept else looked_at(server, "host.journald")
        yield fail(
            "MaxRetentionSec is not set: the journal is kept until the disk is full", *places
        )
    elif (_seconds(kept[0]) or 0) > MAX_DAYS * 86400 or _seconds(kept[0]) is None:
        yield fail(f"the journal is kept for {kept[0]}, longer than {MAX_DAYS} days", kept[1])
    else:
        yield passed(f"the journal is kept for {kept[0]}", kept[1])


def _order(line: Line) -> tuple[bool, str]:
    """journald.conf first, drop-ins after it by name: the last one wins."""
    path = line.origin.path
    return (".conf.d/" in path, path)


def _seconds(text: str) -> float | None:
    parts = re.findall(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)", text)
    if not parts or any(unit not in SECONDS for _, unit in parts):
        return None
    return sum(float(number) * SECONDS[unit] for number, unit in parts)


DROP_IN = "host.journald /etc/systemd/journald.conf.d/selfhost.conf"

CONTROL = Control(
    id="host-journal-retention",
    title="The journal forgets after a month at the latest",
    category=Category.RETENTION,
    severity=Severity.MEDIUM,
    component="host",
    needs=("host.journald",),
    risk="Addresses of the relay's users and errors with room names stay for years.",
    upstream_default="kept until a tenth of the disk is full",
    fix=Fix(
        variable="privacy_log_days",
        by_hand="Set MaxRetentionSec=7day in /etc/systemd/journald.conf.d/ and restart "
        "systemd-journald.",
    ),
    references=("https://manpages.debian.org/bookworm/systemd/journald.conf.5.en.html",),
    gdpr="Art. 5(1)(e)",
    surfaces=("sys-journald-persistence", "coturn-syslog"),
    check=check,
    bad=(
        Example({"host.journald": "[Journal]\n#MaxRetentionSec=7day\n"}, note="a comment"),
        Example({"host.journald": "[Journal]\nMaxRetentionSec=1year\n"}, at=2),
        Example({"host.journald": "[Journal]\nMaxRetentionSec=0\n"}, at=2),
    ),
    good=(
        Example({"host.journald": "[Journal]\nMaxRetentionSec=7day\n"}),
        Example({"host.journald": "[Journal]\nStorage=volatile\n"}),
        Example(
            {
                "host.journald": "[Journal]\nMaxRetentionSec=1year\n",
                DROP_IN: "[Journal]\nMaxRetentionSec=2weeks\n",
            },
            note="a drop-in wins",
        ),
    ),
)
