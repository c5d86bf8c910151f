"""Running a playbook: a program plays ansible-playbook's part."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from selfhost.errors import ProvisionError, SelfhostError, TargetError, UsageError
from selfhost.provision import content
from selfhost.provision.events import RunState
from selfhost.provision.invocation import Request, command, environment
from selfhost.provision.run import last_error, run_playbook

PLAYER = """#!{python}
import json, os, signal, sys, time
events = os.fdopen(int(os.environ["SELFHOST_EVENTS_FD"]), "w")
def event(kind, **fields):
    events.write(json.dumps({{"event": kind, "time": time.time(), **fields}}) + "\\n")
    events.flush()
{body}
"""
OK = (
    'event("task", role="web", task="T")\n'
    'event("ok", host="h", role="web", task="T", changed=True)\n'
)


@pytest.fixture
def site(make_site: Any, tmp_path: Path) -> Any:
    (tmp_path / "inventory").mkdir()
    (tmp_path / "inventory" / "hosts.yml").write_text("all:\n  hosts:\n    h:\n")
    return make_site(tmp_path / "inventory", connection="local")


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes the body of a program that runs as ansible-playbook."""
    (tmp_path / "content" / "playbooks").mkdir(parents=True)
    (tmp_path / "content" / "roles").mkdir()
    (tmp_path / "content" / "playbooks" / "site.yml").write_text("[]\n")
    monkeypatch.setattr(content, "root", lambda: tmp_path / "content")

    def write(body: str) -> None:
        program = tmp_path / "ansible-playbook"
        program.write_text(PLAYER.format(python=sys.executable, body=body))
        program.chmod(0o755)
        monkeypatch.setattr(content, "program", lambda name: program)

    return write


def _quiet(state: RunState, event: dict[str, Any] | None, log: bytes) -> None:
    return


def test_the_next_run_is_told_what_a_killed_one_left_undone(site: Any, play: Any) -> None:
    play(
        'event("play", name="P", check=False)\n'
        'event("task", role="web", task="T")\n'
        'event("ok", host="h", role="web", task="T", changed=True, notify=["Reload nginx"])\n'
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    with pytest.raises(ProvisionError, match="signal 9"):
        run_playbook(site, Request(), _quiet)
    play(
        "print(sys.argv)\n"
        'event("play", name="P", check=False)\n'
        'event("ok", host="h", task="N", changed=True, notify=["Reload nginx"])\n'
        'event("notify", host="h", task="Reload nginx", topics=["Reload nginx"])\n'
        'event("task", role="web", task="Reload nginx", handler=True)\n'
        'event("ok", host="h", role="web", task="Reload nginx", changed=True, handler=True)\n'
    )
    mended = run_playbook(site, Request(), _quiet).record
    assert '{"_site_unfinished": {"h": ["Reload nginx"]}}' in (mended / "ansible.log").read_text()
    later = run_playbook(site, Request(), _quiet).record
    assert "unfinished" not in (later / "ansible.log").read_text()


def test_a_run_is_followed_and_recorded(site: Any, play: Any, secret: str) -> None:
    half = len(secret) // 2
    play(
        OK + f'print("secret {secret}", flush=True)\n'
        f'sys.stdout.write("{secret[:half]}"); sys.stdout.flush(); time.sleep(0.2)\n'
        f'print("{secret[half:]}")\n'
        f'event("diff", host="h", role="web", task="T", text="+{secret}")\n'
        'event("stats", hosts={"h": {"rescued": 0}})\nsys.stdout.write("no newline")'
    )
    seen: list[dict[str, Any]] = []
    printed = b""

    def observe(state: RunState, event: dict[str, Any] | None, log: bytes) -> None:
        nonlocal printed
        printed += log
        if event:
            seen.append(event)

    outcome = run_playbook(site, Request(), observe)
    assert (outcome.state.changed, outcome.state.finished) == (1, True)
    assert outcome.state.changes == [("h", "web", "T")]
    assert [event["event"] for event in seen] == ["task", "ok", "diff", "stats"]
    assert printed == b"secret ********\n********\nno newline"
    assert (outcome.record / "ansible.log").read_bytes() == printed
    for path in outcome.record.iterdir():
        assert secret not in path.read_text()
    assert stat.S_IMODE(outcome.record.stat().st_mode) == 0o700
    summary = json.loads((outcome.record / "run.json").read_text())
    assert (summary["exit"], summary["changed"], summary["steps"][0]["role"]) == (0, 1, "web")


@pytest.mark.parametrize(
    ("body", "error", "code", "message", "hint"),
    [
        (
            'event("task", role="web", task="Install")\n'
            'event("failed", host="h", role="web", task="Install", msg="no\\nmore",'
            ' stderr="E: Could not get lock")\nsys.exit(2)',
            ProvisionError,
            1,
            "web : Install: failed on h: no\n    E: Could not get lock",
            "another apt runs",
        ),
        (
            'event("unreachable", host="h", role="", task="T", msg="down")\nsys.exit(4)',
            TargetError,
            3,
            "h could not be reached: down",
            "selfhost check",
        ),
        (
            'event("unreachable", host="a", task="T")\n'
            'event("failed", host="b", role="web", task="T", hidden=True)\nsys.exit(2)',
            ProvisionError,
            1,
            "web : T: failed on b: hidden, as the task handles secrets",
            "",
        ),
        (
            'print("[ERROR]: Specified inventory leaves us with no hosts to target.")\nsys.exit(1)',
            UsageError,
            2,
            "--limit names no host",
            "hosts.yml",
        ),
        (
            'print("[ERROR]: conflicting action statements")\nsys.exit(4)',
            TargetError,
            3,
            "conflicting action statements",
            "log: ",
        ),
        (
            'print("ERROR! no such role")\nsys.exit(1)',
            ProvisionError,
            1,
            "ended with 1 before any task failed: no such role",
            "log: ",
        ),
        ("os.kill(os.getpid(), 9)", ProvisionError, 1, "ended by signal 9", "log: "),
    ],
)
def test_a_failed_run_says_where_why_and_what_to_do(
    site: Any,
    play: Any,
    body: str,
    error: type[SelfhostError],
    code: int,
    message: str,
    hint: str,
) -> None:
    play(body)
    with pytest.raises(error) as caught:
        run_playbook(site, Request(), _quiet)
    assert caught.value.exit_code == code
    assert message in caught.value.message
    assert hint in caught.value.hint
    (record,) = [path for path in (site.inventory / "runs").iterdir() if path.is_dir()]
    assert json.loads((record / "run.json").read_text())["exit"] != 0


def test_an_ignored_failure_is_none(site: Any, play: Any) -> None:
    play('event("failed", host="h", role="web", task="T", ignored=True)')
    outcome = run_playbook(site, Request(), _quiet)
    assert (outcome.state.failures, outcome.state.results) == ([], 1)


def test_an_interrupt_ends_the_child_and_its_children(site: Any, play: Any, tmp_path: Path) -> None:
    play(
        "import subprocess\nchild = subprocess.Popen(['sleep', '60'])\n"
        f"open('{tmp_path}/pid', 'w').write(str(child.pid))\n"
        "signal.signal(signal.SIGINT, lambda *_: sys.exit(99))\n" + OK + "time.sleep(60)"
    )

    def observe(state: RunState, event: dict[str, Any] | None, log: bytes) -> None:
        if state.results:
            raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_playbook(site, Request(), observe)
    assert time.monotonic() - began < 5
    pid = int((tmp_path / "pid").read_text())
    for _ in range(50):
        state = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, check=False
        ).stdout.strip()
        if not state or state.startswith(b"Z"):
            break
        time.sleep(0.1)
    else:
        os.kill(pid, signal.SIGKILL)
        pytest.fail("the grandchild goes on")
    (record,) = [path for path in (site.inventory / "runs").iterdir() if path.is_dir()]
    assert json.loads((record / "run.json").read_text())["exit"] is None


def test_only_one_run_at_a_time(site: Any, play: Any) -> None:
    play(OK + "time.sleep(0.5)")
    second: list[str] = []

    def observe(state: RunState, event: dict[str, Any] | None, log: bytes) -> None:
        if state.results and not second:
            with pytest.raises(UsageError) as caught:
                run_playbook(site, Request(), _quiet)
            second.append(caught.value.message)

    run_playbook(site, Request(), observe)
    assert "is under way" in second[0]


def test_the_child_gets_no_foreign_settings_and_no_secret(
    site: Any, play: Any, secret: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    play("")
    monkeypatch.setenv("ANSIBLE_HOST_KEY_CHECKING", "False")
    monkeypatch.setenv("ANSIBLE_STDOUT_CALLBACK", "foreign")
    password = tmp_path / "password"
    password.write_text("x")
    request = Request(
        check=True, diff=True, tags="web", limit="h", verbosity=2, vault_password_file=password
    )
    arguments = command(site, request, tmp_path / "site.yml", {})
    assert arguments[3:] == [
        "--vault-password-file",
        str(password),
        "--check",
        "--diff",
        "--tags=web",
        "--limit=h",
        "-vv",
        str(tmp_path / "site.yml"),
    ]
    found = environment(site, tmp_path, 5)
    assert found["ANSIBLE_HOST_KEY_CHECKING"] == "True"
    assert "ANSIBLE_STDOUT_CALLBACK" not in found
    assert f'UserKnownHostsFile="{site.known_hosts}"' in found["ANSIBLE_SSH_ARGS"]
    assert "StrictHostKeyChecking=yes" in found["ANSIBLE_SSH_ARGS"]
    assert secret not in " ".join([*arguments, *found.values()])


def test_last_error() -> None:
    assert last_error("[WARNING]: a\nERROR! b\n[ERROR]: c\n  d\n") == "c"
    assert last_error("fine\n") == ""
