"""A server over SSH: one session, and an answer that is not believed."""

import base64
import json
import sys
import time
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import pytest

from selfhost.errors import TargetError
from selfhost.evidence.model import State
from selfhost.evidence.plan import server_plan, step
from selfhost.targets import ssh
from selfhost.targets.order import Order
from selfhost.targets.ssh import SshTarget, read_answer
from selfhost.targets.ssh_connection import Completed, Endpoint

PLAN = (step("jicofo.config"), step("host.sockets"))
ORDER = Order(PLAN, "0" * 32)
FIRST = json.dumps({"selfhost": 1, "nonce": ORDER.nonce}).encode() + b"\n"


def document(**changes: Any) -> dict[str, Any]:
    good = dict.fromkeys(("reason", "mode", "owner", "target", "sha256"), "")
    packed = base64.b64encode(zlib.compress(b"text")).decode()
    return {
        **good,
        "source": "jicofo.config",
        "path": "/x",
        "state": "present",
        "content": packed,
        **changes,
    }


def answer(*items: Any, end: int | None = None, tail: bytes = b"\n") -> Completed:
    lines = [
        {"selfhost": 1, "nonce": ORDER.nonce},
        *items,
        {"end": len(items) if end is None else end},
    ]
    text = "\n".join(json.dumps(line) for line in lines)
    return Completed(0, text.encode() + tail, b"")


def test_a_good_answer() -> None:
    found = read_answer(answer(document()), ORDER, "h")
    assert [(d.source, d.state, d.content) for d in found] == [
        ("jicofo.config", State.PRESENT, b"text"),
        ("host.sockets", State.FAILED, b""),
    ]


@pytest.mark.parametrize(
    ("done", "said"),
    [
        (answer(document(), end=2), "cut off"),
        (answer(document(), tail=b""), "cut off"),
        (Completed(0, FIRST, b""), "cut off"),
        (Completed(0, b'{"selfhost": 1}\n{"end": 0}\n', b""), "to another audit"),
        (Completed(0, b'{"selfhost": 1, "nonce": ["x"]}\n{"end": 0}\n', b""), "to another audit"),
        (answer(document(source="other")), "not the evidence"),
        (answer(document(state="fine")), "not the evidence"),
        (answer(document(path=5)), "not the evidence"),
        (answer(document(source=["jicofo.config"])), "not the evidence"),
        (answer(document(source={})), "not the evidence"),
        (answer(document(state=[])), "not the evidence"),
        (answer(document(path="x" * 5000)), "not the evidence"),
        (answer(document(content="?")), "not the evidence"),
        (answer(document(content=base64.b64encode(b"x").decode())), "not the evidence"),
        (answer([1]), "not the evidence"),
        (
            answer(document(content=base64.b64encode(zlib.compress(bytes(1 << 26))).decode())),
            "not the evidence",
        ),
        (Completed(1, b"", b"Traceback\nSyntaxError: x\n"), "too old"),
        (Completed(0, b"Welcome!\n", b""), "Welcome"),
        (Completed(137, b"", b""), "exit code 137"),
        (Completed(1, b"", b"bad \x1b[31m thing\n"), r"bad  \[31m thing"),
    ],
)
def test_an_answer_that_is_none(done: Completed, said: str) -> None:
    with pytest.raises(TargetError, match=said) as caught:
        read_answer(done, ORDER, "h")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("start", "repeated", "said"),
    [
        (b"", b"\n", "gave no evidence"),
        (b"", b"[],", "gave no evidence"),
        (FIRST, b"\n", "cut off"),
        (FIRST + b"[", b"[],", "not the evidence"),
        (FIRST, b"[", "not the evidence"),
        (FIRST + b'{"source":', b'{"":', "not the evidence"),
    ],
)
def test_an_answer_takes_little_more_than_its_size(
    start: bytes, repeated: bytes, said: str
) -> None:
    size = 8 * 1024 * 1024
    end = b'\n{"end": 1}\n' if said == "not the evidence" else b""
    done = Completed(0, start + repeated * (size // len(repeated)) + end, b"")
    tracemalloc.start()
    try:
        with pytest.raises(TargetError, match=said):
            read_answer(done, ORDER, "h")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 3 * size


#: What stands before the real python3, and what is said of it. ``real`` is put in.
LIARS = {
    "garbage": ("head -c 200000 /dev/urandom", "gave no evidence"),
    "escapes": ("printf '\\033]0;owned\\007\\033[2J'", "gave no evidence"),
    "endless": ("yes '{\"selfhost\": 1}'", "sent more than"),
    "endless, without a line's end": ("tr '\\0' x </dev/zero", "sent more than"),
    "endless complaints": ("yes no >&2", "did not finish within"),
    "hangs": ("exec sleep 60", "did not finish within"),
    "hangs after the first line": (
        "echo '{\"selfhost\": 1}'; exec sleep 60",
        "did not finish within",
    ),
    "nothing": ("exit 0", "gave no evidence"),
    "ends by a signal": ("kill -9 $$", "gave no evidence"),
    "noise before the answer": ('echo Welcome; exec real "$@"', "it printed 'Welcome"),
    "noise after the answer": ('real "$@"; echo Bye', "cut off"),
    "another program's answer": ("echo '{\"changed\": false}'", "gave no evidence"),
    "too old": ("echo 'SyntaxError: invalid syntax' >&2; exit 1", "too old"),
    "missing": ("exec no-such-interpreter", "gave no evidence"),
}


@pytest.mark.parametrize("liar", LIARS)
def test_a_python3_that_lies_is_told_in_a_sentence(
    liar: str, ssh_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, said = LIARS[liar]
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "real").symlink_to(sys.executable)
    (tools / "python3").write_text(f"#!/bin/sh\n{script}\n")
    (tools / "python3").chmod(0o755)
    ssh_server.path = f"{tools}:{ssh_server.path}"
    monkeypatch.setattr(ssh, "TIMEOUT", 3.0)
    endpoint = Endpoint(
        "127.0.0.1", ssh_server.port, "root", ssh_server.identity, (ssh_server.known_hosts,)
    )
    began = time.monotonic()
    with pytest.raises(TargetError, match=said) as caught:
        SshTarget(endpoint).collect(PLAN)
    assert time.monotonic() - began < 10
    assert "\x1b" not in str(caught.value)


def test_a_recorded_answer_of_another_audit_is_refused(ssh_server: Any, tmp_path: Path) -> None:
    tools, kept = tmp_path / "tools", tmp_path / "kept"
    tools.mkdir()
    (tools / "python3").write_text(
        f"#!/bin/sh\n[ -s {kept} ] && {{ cat >/dev/null; exec cat {kept}; }}\n"
        f'{sys.executable} "$@" | tee {kept}\n'
    )
    (tools / "python3").chmod(0o755)
    ssh_server.path = f"{tools}:{ssh_server.path}"
    endpoint = Endpoint(
        "127.0.0.1", ssh_server.port, "root", ssh_server.identity, (ssh_server.known_hosts,)
    )
    assert SshTarget(endpoint).collect(PLAN).of("host.sockets")[0].state is State.PRESENT
    with pytest.raises(TargetError, match="sent the answer to another audit") as caught:
        SshTarget(endpoint).collect(PLAN)
    assert "recorded" in caught.value.hint


def test_an_answer_of_nothing_leaves_every_step_unanswered() -> None:
    found = read_answer(answer(), ORDER, "h")
    assert {(each.state, each.reason) for each in found} == {(State.FAILED, "not answered")}


def test_one_session_gives_all(ssh_server: Any) -> None:
    endpoint = Endpoint(
        "127.0.0.1", ssh_server.port, "root", ssh_server.identity, (ssh_server.known_hosts,)
    )
    evidence = SshTarget(endpoint, become=False).collect(
        [one for one in server_plan() if one.kind in ("files", "probe")]
    )
    assert evidence.scope is None
    assert evidence.target == f"ssh://{endpoint}"
    assert evidence.of("host.sockets")[0].state is State.PRESENT
    assert (ssh_server.connections, len(ssh_server.commands)) == (1, 1)
