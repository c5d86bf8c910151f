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
from selfhost.effective import retention
from selfhost.effective.server import Server

MAX_DAYS = 31


def check(server: Server) -> Iterator[Verdict]:
    judged = False
    for rotation in retention.rotations(server):
        judged = True
        yield _judge(rotation)
    if not judged:
        yield not_applicable(
            "no log of a call is rotated by logrotate", *looked_at(server, "host.logrotate")
        )


def _judge(rotation: retention.Rotation) -> Verdict:
    paths, days = rotation.paths, rotation.days
    place = Cited(rotation.origin, paths[:80])
    if days is None:
        return fail(f"{paths}: kept by size, so a quiet server keeps them for months", place)
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
    unclear=(Example({"host.logrotate": "\x00\n"}, note="not a text file"),),
)
