import re

from selfhost.controls.model import Category, Confidence, Control, Example, Fix, Severity
from selfhost.controls.text_predicates import no_line

UPLOADS = re.compile(
    r"\b(rclone|s3cmd|gsutil|azcopy|whisper|vosk|ffmpeg|dropbox_uploader(\.sh)?)\b"
    r"|\b(rsync|scp|sftp|lftp)\b.*(record|transcript|jibri|\.(mp4|mka|mkv|webm|wav|vtt)\b)"
    r"|\baws\s+s3\b|\bgcloud\s+storage\b|\bcurl\b[^|;]*\s(-T|--upload-file|-F|--form)\s",
    re.IGNORECASE,
)


def judge(line: str) -> str | None:
    found = UPLOADS.search(line)
    return f"a timed job runs {found[0].strip()!r}" if found else None


CONTROL = Control(
    id="host-upload-jobs",
    title="No timed job converts or uploads media",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    confidence=Confidence.LIKELY,
    component="host",
    needs=("host.cron", "host.unit_overrides"),
    risk="Recordings or transcripts are moved off the server, or made into text, at night.",
    upstream_default="absent",
    fix=Fix(by_hand="Remove the job from cron, and find out what it has moved already."),
    references=("jitsi/jibri: resources/finalize_recording.sh",),
    surfaces=("sys-cron-timers",),
    check=no_line("host.cron", "host.unit_overrides", judge=judge, comments="#;"),
    bad=(
        Example({"host.unit_overrides": "[Service]\nExecStart=/usr/bin/rclone move /a b:\n"}, at=2),
        Example({"host.cron": "0 3 * * * root scp /srv/recordings/* nas:/x\n"}, at=1),
        Example({"host.cron": "0 3 * * * root rclone move /srv/recordings cloud:calls\n"}, at=1),
        Example({"host.cron": "*/5 * * * * root curl -T /tmp/a.mp4 https://up.example.com/\n"}),
    ),
    good=(
        Example({"host.cron": "17 * * * * root cd / && run-parts --report /etc/cron.hourly\n"}),
        Example({"host.cron": "# 0 3 * * * root rclone move /a b:c\n"}, note="a comment"),
        Example({"host.cron": "0 3 * * * root rsync -a /etc/ nas:/etc\n"}, note="no media"),
        Example({}, absent=("host.cron", "host.unit_overrides"), note="no cron, no units"),
    ),
    unclear=(Example({"host.cron": "\x00\n"}, note="not a text file"),),
)
