"""Looking at a server leaves it as it was: no file, no process, also when it is broken off."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from selfhost import lab
from selfhost.targets.ssh import SshTarget
from selfhost.targets.ssh_connection import Endpoint
from tests.lab.conftest import Site

#: Every file's content, mode, owner, time of change and extended attributes. Left out: what is
#: the kernel's, records of logins, and what the server's own programs keep writing.
_SNAPSHOT = r"""
import hashlib, json, os, re, stat, sys
OUT = re.compile(r'''/(?:proc|sys|dev)(?:/|$)
|/run/(?:user|utmp$|systemd/(?:sessions|users|transient|inhibit|units)|log/journal|motd|lock/)
|/var/log/(?:wtmp|lastlog|btmp|faillog|journal|(?:jitsi|prosody|nginx)/[^/]+$)
|/var/lib/(?:systemd/(?:timers|random-seed)|prosody/)|/tmp/hsperfdata_''', re.X)
found = {}
def look(path):
    about = os.lstat(path)
    more = [(n, os.getxattr(path, n, follow_symlinks=False).hex())
            for n in os.listxattr(path, follow_symlinks=False)]
    content = ''
    if stat.S_ISREG(about.st_mode):
        handle = os.open(path, os.O_RDONLY | os.O_NOATIME)
        digest = hashlib.blake2b()
        while chunk := os.read(handle, 1 << 20):
            digest.update(chunk)
        os.close(handle)
        content = digest.hexdigest()
    elif stat.S_ISLNK(about.st_mode):
        content = os.readlink(path)
    times = [] if stat.S_ISDIR(about.st_mode) and path in sys.argv[1:] else [about.st_mtime_ns]
    found[path] = [content, about.st_mode, about.st_uid, about.st_gid, *times, more]
for base, folders, files in os.walk('/'):
    folders[:] = [f for f in folders if not OUT.match(os.path.join(base, f))]
    for name in [*folders, *files]:
        path = os.path.join(base, name)
        if not OUT.match(path):
            try:
                look(path)
            except FileNotFoundError:
                pass
print(json.dumps(found))
"""
#: Where the records of logins live: these folders' own times change with them.
_FOLDERS = ("/run", "/run/systemd", "/run/user", "/var/log", "/var/lib/prosody")
_OURS = "pgrep -af '[<]selfhost>' || true"


def snapshot(site: Site) -> dict[str, list[object]]:
    done = lab.run(site.server.name, ["python3", "-", *_FOLDERS], input=_SNAPSHOT.encode())
    assert done.returncode == 0, done.stderr
    found: dict[str, list[object]] = json.loads(done.stdout)
    assert len(found) > 10_000
    return found


def differences(before: dict[str, list[object]], after: dict[str, list[object]]) -> list[str]:
    return sorted(p for p in before.keys() | after.keys() if before.get(p) != after.get(p))


def ours(site: Site) -> str:
    return lab.run(site.server.name, ["sh", "-c", _OURS]).stdout.decode()


def programs(site: Site) -> list[str]:
    """What runs, apart from what sessions and the kernel come and go with."""
    done = lab.run(site.server.name, ["ps", "-eo", "args", "--no-headers"])
    coming = ("ps -eo", "sshd:", "(sd-pam)", "/lib/systemd/systemd --user", "[")
    return sorted(
        {line for line in done.stdout.decode().splitlines() if not line.startswith(coming)}
    )


@pytest.fixture
def as_root(site: Site) -> Iterator[Endpoint]:
    """A login as root, prepared before the server is looked at."""
    name = site.server.name
    keep = "install -D -m 600 /home/admin/.ssh/authorized_keys /root/.ssh/authorized_keys"
    kept = "test -e /root/.ssh/authorized_keys"
    assert lab.run(name, ["sh", "-c", kept]).returncode != 0
    assert lab.run(name, ["sh", "-c", keep]).returncode == 0
    yield site.endpoint("root")
    lab.run(name, ["rm", "-r", "/root/.ssh"])


def test_audit_and_collect_change_nothing(site: Site, as_root: Endpoint, tmp_path: Path) -> None:
    before, ran = snapshot(site), programs(site)
    done = site.selfhost("audit")
    assert done.returncode == 0, done.stdout + done.stderr
    assert site.selfhost("collect", "--output", str(tmp_path / "kept.tar.gz")).returncode == 0
    evidence = SshTarget(as_root, become=False).collect()
    assert len(evidence.documents) > 100
    assert differences(before, snapshot(site)) == []
    assert ours(site) == ""
    assert programs(site) == ran


#: Waits inside for the collector and holds it, so that it is surely met in the middle.
_HOLD = "until pids=$(pgrep -f '[<]selfhost>'); do :; done; kill -STOP $pids"
_GO_ON = "pkill -CONT -f '[<]selfhost>' || true"


def broken_off(site: Site, command: list[str]) -> None:
    """Begin to look, and interrupt that while the collector runs on the server."""
    # What was started in the background may have been told to ignore it.
    listening = ["env", "--default-signal=INT", sys.executable, "-m", "selfhost"]
    with subprocess.Popen(
        [*listening, *command, "-i", str(site.inventory)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            lab.run(site.server.name, ["timeout", "30", "sh", "-c", _HOLD])
            assert process.poll() is None, "it was over before it could be interrupted"
            process.send_signal(signal.SIGINT)
            time.sleep(0.5)
        finally:
            lab.run(site.server.name, ["sh", "-c", _GO_ON])
        _, said = process.communicate(timeout=60)
    assert process.returncode not in (0, 1), said
    assert "Traceback" not in said


def test_an_audit_that_is_broken_off_leaves_nothing(site: Site, tmp_path: Path) -> None:
    before, ran = snapshot(site), programs(site)
    for command in (["audit"], ["collect", "--output", str(tmp_path / "kept.tar.gz")]):
        broken_off(site, command)
    deadline = time.monotonic() + 20
    while (left := ours(site)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert left == ""
    assert differences(before, snapshot(site)) == []
    assert programs(site) == ran
    assert not list(tmp_path.iterdir())
