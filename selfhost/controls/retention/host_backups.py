import re
from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Cited,
    Confidence,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
)
from selfhost.controls.text_predicates import lines, looked_at
from selfhost.effective.server import Server

SOURCES = ("host.cron", "host.unit_overrides")
PROGRAM = re.compile(
    r"\b(borg(matic)?\s+create|restic\s.*\bbackup|duplicity|rsync|rdiff-backup|tar\s+-?c\w*)\b"
)
#: Arguments that take along logs, recordings, or everything.
FOLDERS = re.compile(
    r"(?<!\S)(/|/var|/var/log(/(jitsi|nginx|prosody)\S*)?|/var/lib|/tmp|/srv|/srv/recordings\S*"
    r"|/var/lib/jibri\S*|/config/recordings\S*)/?(?!\S)"
)


def check(server: Server) -> Iterator[Verdict]:
    for source in SOURCES:
        for line in lines(server, source, "#;"):
            program = PROGRAM.search(line.text)
            folder = FOLDERS.search(line.text, program.end()) if program else None
            if program and folder:
                yield fail(
                    f"{program[0].split()[0]} copies {folder[0]}, logs and recordings included",
                    Cited(line.origin),
                )
    yield passed("no timed backup names logs or recordings", *looked_at(server, *SOURCES))


CONTROL = Control(
    id="host-backups",
    title="Backups leave logs and recordings out",
    category=Category.RETENTION,
    severity=Severity.MEDIUM,
    confidence=Confidence.LIKELY,
    component="host",
    needs=SOURCES,
    risk="What the server forgets after days lives on in a backup for years. Only commands in cron "
    "and units are read: scripts, and snapshots that a provider makes, are not seen.",
    upstream_default="no backup",
    fix=Fix(
        by_hand="Back up settings and accounts only: `selfhost backup` does; name folders one by "
        "one in the job."
    ),
    references=("https://restic.readthedocs.io/en/stable/040_backup.html",),
    gdpr="Art. 5(1)(e), 17",
    surfaces=("sys-backups",),
    check=check,
    bad=(
        Example({"host.cron": "0 3 * * * root restic -r sftp:nas:/r backup /var/log /etc\n"}, at=1),
        Example({"host.unit_overrides": "[Service]\nExecStart=/usr/bin/borg create ::x /\n"}, at=2),
        Example({"host.cron": "0 3 * * * root rsync -a /srv/recordings/ nas:/x\n"}, at=1),
    ),
    good=(
        Example({"host.cron": "0 3 * * * root restic -r sftp:nas:/r backup /etc\n"}),
        Example({"host.cron": "# 0 3 * * * root borg create ::x /\n"}, note="a comment"),
        Example({"host.cron": "0 3 * * * root rsync -a /etc/ nas:/x\n"}),
        Example({}, absent=SOURCES),
    ),
    unclear=(Example({"host.cron": "\x00\n"}, note="not a text file"),),
)
