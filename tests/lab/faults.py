"""Trouble for the tests: runs that are cut short, package servers that answer nonsense."""

import email.utils
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from selfhost import lab
from selfhost.lab import runtime
from selfhost.lab.standins.signing import signer
from tests.lab.conftest import Site

Event = dict[str, Any]

#: Run on a server: answers every request on port 8099 in one way, named by the argument. For
#: ``signed``, /root/InRelease is what it has.
SERVE = r"""
import http.server, os, sys, time
mode = sys.argv[1]
body = {
    "page": b"<!DOCTYPE html><title>Sign in</title><p>Welcome to our network",
    "noise": bytes(range(256)) * 64,
}.get(mode, b"")
if mode == "signed":
    with open("/root/InRelease", "rb") as stream:
        body = stream.read()
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if mode == "silence":
            time.sleep(3600)
        found = "InRelease" in self.path if mode == "signed" else mode != "nothing"
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(body) if found else 0))
        self.end_headers()
        self.wfile.write(body if found else b"")
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", 8099), Handler).serve_forever()
"""


def serve(site: Site, mode: str) -> None:
    """Have something answer on port 8099 of the server's loopback."""
    put(site, "/root/serve.py", SERVE.encode())
    on(
        site,
        f"systemd-run -q --unit=fault python3 /root/serve.py {mode};"
        " for i in $(seq 100); do ss -Hltn | grep -q :8099 && exit; sleep 0.1; done; exit 1",
    )


def put(site: Site, path: str, content: bytes) -> None:
    """Write a file on the server."""
    assert lab.run(site.server.name, ["tee", path], input=content).returncode == 0


def signed_list(folder: Path, seconds: float) -> tuple[bytes, str, str]:
    """A package list without packages, dated so many seconds from now; its key and fingerprint."""
    date = email.utils.formatdate(time.time() + seconds, usegmt=True)
    release = folder / "Release"
    nothing = f"{hashlib.sha256().hexdigest()} 0 Packages"
    text = f"Origin: Fault\nSuite: stable\nDate: {date}\nSHA256:\n {nothing}\n"
    release.write_text(text, encoding="utf-8")
    with signer(folder / "keys") as keys:
        fingerprint = keys.fingerprint()
        keys.sign(release)
        return (folder / "InRelease").read_bytes(), keys.export(fingerprint), fingerprint


def on(site: Site, script: str) -> str:
    """What a shell script says on the server; it must succeed."""
    done = lab.run(site.server.name, ["sh", "-ec", script])
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.decode()


def mounting(site: Site, script: str) -> None:
    """A shell script among the server's mounts, with this machine's rights; it must succeed."""
    found = runtime.known().call("inspect", "--format", "{{.State.Pid}}", site.server.container)
    pid = found.stdout.decode().strip()
    subprocess.run(["nsenter", "--target", pid, "--mount", "--pid", "sh", "-c", script], check=True)


def settings(site: Site, **values: object) -> None:
    """Settings of the site, over those that it has."""
    _file(site).write_text(yaml.safe_dump(values), encoding="utf-8")


def no_settings(site: Site) -> None:
    """The site's settings are its own again."""
    _file(site).unlink(missing_ok=True)


def _file(site: Site) -> Path:
    return site.inventory / "group_vars" / "all" / "zz-fault.yml"


def secrets(site: Site) -> dict[str, str]:
    """The site's secrets by name."""
    text = (site.inventory / "group_vars/all/secrets.yml").read_text(encoding="utf-8")
    return {k: v for k, v in yaml.safe_load(text).items() if isinstance(v, str) and len(v) >= 16}


def events(record: Path) -> list[Event]:
    """What a run's record holds so far."""
    found = []
    for line in (record / "events.jsonl").read_text("utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue  # the last line is being written
    return found


def last_record(site: Site) -> Path:
    """The record of the latest run."""
    return max(path for path in (site.inventory / "runs").iterdir() if path.is_dir())


def changed(site: Site) -> list[tuple[str, str]]:
    """Role and task of all that the latest run has changed."""
    return [(e["role"], e["task"]) for e in events(last_record(site)) if e.get("changed")]


@dataclass
class Done:
    """A command that has ended."""

    returncode: int
    stdout: str
    stderr: str


def applied_until(
    site: Site, *options: str, reached: Callable[[Event], bool], act: Callable[[int], None]
) -> Done:
    """Run apply, and do something as soon as an event is there: ``act`` gets the process id of
    ansible-playbook. Then wait for the end."""
    runs = site.inventory / "runs"
    before = set(runs.glob("*/events.jsonl"))
    process = subprocess.Popen(
        [sys.executable, "-m", "selfhost", "apply", "-i", str(site.inventory), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NO_COLOR": "1"},
    )
    try:
        while process.poll() is None:
            new = set(runs.glob("*/events.jsonl")) - before
            if any(reached(event) for file in new for event in events(file.parent)):
                act(_child(process.pid))
                break
            time.sleep(0.05)
        else:
            raise AssertionError("the run ended before: " + process.communicate()[1])
        out, err = process.communicate(timeout=900)
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate()
    return Done(process.returncode, out, err)


def begins(role: str) -> Callable[[Event], bool]:
    """An event that shows that a role's turn has come."""
    return lambda event: event["event"] == "task" and event.get("role") == role


def kill(child: int) -> None:
    """End ansible-playbook and all its children at once, as a crash would."""
    os.killpg(child, signal.SIGKILL)


def _child(parent: int) -> int:
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = path.read_text().rpartition(")")[2].split()
            command = (path.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if int(words[1]) == parent and b"ansible-playbook" in command:
            return int(path.parent.name)
    raise AssertionError("ansible-playbook does not run")


def command_lines() -> Iterator[bytes]:
    """The arguments of every process of this machine; those in its containers are among them."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes()
        except OSError:
            continue
