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
from selfhost.controls.text_predicates import looked_at
from selfhost.effective import retention
from selfhost.effective.server import Server

MAX_DAYS = 31


def check(server: Server) -> Iterator[Verdict]:
    journal = retention.journal(server)
    places = (Cited(journal.origin, journal.key),) if journal.origin else ()
    if not journal.stored:
        yield passed(f"the journal is {journal.text}", *places)
    elif journal.seconds == 0:
        yield fail(
            "MaxRetentionSec is not set: the journal is kept until the disk is full",
            *(places or looked_at(server, "host.journald")),
        )
    elif journal.seconds is None or journal.seconds > MAX_DAYS * 86400:
        yield fail(f"the journal is kept for {journal.text}, longer than {MAX_DAYS} days", *places)
    else:
        yield passed(f"the journal is kept for {journal.text}", *places)


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
        Example({}, absent=("host.journald",), note="nothing is set at all"),
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
    unclear=(Example({"host.journald": "\x00\n"}, note="not a text file"),),
)
