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
    not_applicable,
    passed,
)
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.server import Server
from selfhost.readers.tree import Origin

MAX_DAYS = 31
PERIODS = {"hourly": 1, "daily": 1, "weekly": 7, "monthly": 31, "yearly": 366}
#: Logs that tell about calls.
TELLING = re.compile(r"/var/log/(jitsi|nginx|prosody|coturn|turnserver|syslog|messages)")


def check(server: Server) -> Iterator[Verdict]:
    judged = False
    for document in server.documents("host.logrotate"):
        for line, paths, options in _blocks(document.text):
            if TELLING.search(paths):
                judged = True
                yield _judge(paths, options, Cited(Origin(document.path, line), paths[:80]))
    if not judged:
        yield not_applicable(
            "no log of a call is rotated by logrotate", *looked_at(server, "host.logrotate")
        )


def _blocks(text: str) -> Iterator[tuple[int, str, dict[str, str]]]:
    """Line, paths and options of every block of logrotate(8); scripts are skipped."""
    paths: list[str] = []
    first = 0
    options: dict[str, str] | None = None
    script = False
    for number, line in enumerate(text.split("\n"), 1):
        word = line.split("#")[0].strip()
        if not word:
            continue
        if script:
            script = word != "endscript"
        elif options is None:
            first = first or number
            paths.append(word.replace("{", "").strip())
            if word.endswith("{"):
                options = {}
        elif word.startswith("}"):
            yield first, " ".join(paths), options
            paths, options, first = [], None, 0
        elif word.split()[0] in ("postrotate", "prerotate", "firstaction", "lastaction"):
            script = True
        else:
            name, _, value = word.partition(" ")
            options[name] = value.strip()


def _judge(paths: str, options: dict[str, str], place: Cited) -> Verdict:
    age = options.get("maxage", "")
    if age.isdecimal() and int(age) <= MAX_DAYS:
        return passed(f"{paths}: nothing older than {age} days is kept", place)
    period = next((days for name, days in PERIODS.items() if name in options), None)
    count = options.get("rotate", "0")
    by_size = any(name in options for name in ("size", "minsize")) or "hourly" in options
    if period is None or not count.isdecimal() or by_size:
        return fail(f"{paths}: kept by size, so a quiet server keeps them for months", place)
    days = period * (int(count) + 1)
    if days > MAX_DAYS:
        return fail(f"{paths}: kept for up to {days} days, longer than {MAX_DAYS}", place)
    return passed(f"{paths}: kept for up to {days} days", place)


CONTROL = Control(
    id="host-log-rotation",
    title="Log files are forgotten after a month at the latest",
    category=Category.RETENTION,
    severity=Severity.MEDIUM,
    component="host",
    needs=("host.logrotate",),
    risk="Room names, ids of participants, addresses and join times stay for months.",
    upstream_default="the focus 7 days; the bridge 24 files of 100 MB, however old",
    fix=Fix(
        variable="privacy_log_days",
        by_hand="Set daily, rotate 7 and maxage 7 in /etc/logrotate.d.",
    ),
    references=("jitsi/jitsi-videobridge: debian/jitsi-videobridge2.logrotate",),
    gdpr="Art. 5(1)(e)",
    surfaces=("sys-logrotate", "jicofo-log-file", "jvb-log"),
    check=check,
    bad=(
        Example(
            {"host.logrotate": "/var/log/jitsi/jvb.log {\n  hourly\n  size 100M\n  rotate 24\n}\n"},
            at=1,
        ),
        Example({"host.logrotate": "/var/log/nginx/*.log {\n  weekly\n  rotate 52\n}\n"}, at=1),
    ),
    good=(
        Example({"host.logrotate": "/var/log/jitsi/jicofo.log {\n  daily\n  rotate 7\n}\n"}),
        Example(
            {"host.logrotate": "/var/log/jitsi/jvb.log {\n  hourly\n  rotate 24\n  maxage 7\n}\n"}
        ),
        Example(
            {"host.logrotate": "/var/log/apt/term.log {\n  monthly\n  rotate 12\n}\n"}, note="apt"
        ),
        Example({}, absent=("host.logrotate",), note="no logrotate"),
    ),
)
