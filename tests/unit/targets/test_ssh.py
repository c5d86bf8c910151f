"""A server over SSH: one session, and an answer that is not believed."""

import base64
import json
import zlib
from typing import Any

import pytest

from selfhost.errors import TargetError
from selfhost.evidence.model import State
from selfhost.evidence.plan import server_plan, step
from selfhost.targets.ssh import SshTarget, read_answer
from selfhost.targets.ssh_connection import Completed, Endpoint

PLAN = (step("jicofo.config"), step("host.sockets"))


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
    lines = [{"selfhost": 1}, *items, {"end": len(items) if end is None else end}]
    text = "\n".join(json.dumps(line) for line in lines)
    return Completed(0, text.encode() + tail, b"")


def test_a_good_answer() -> None:
    found = read_answer(answer(document()), PLAN, "h")
    assert [(d.source, d.state, d.content) for d in found] == [
        ("jicofo.config", State.PRESENT, b"text"),
        ("host.sockets", State.FAILED, b""),
    ]


@pytest.mark.parametrize(
    ("done", "said"),
    [
        (answer(document(), end=2), "cut off"),
        (answer(document(), tail=b""), "cut off"),
        (Completed(0, b'{"selfhost": 1}\n', b""), "cut off"),
        (answer(document(source="other")), "not the evidence"),
        (answer(document(state="fine")), "not the evidence"),
        (answer(document(path=5)), "not the evidence"),
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
        read_answer(done, PLAN, "h")
    assert caught.value.hint


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
