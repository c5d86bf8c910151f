"""A server over SSH: one session, one program, its answer checked line by line."""

import base64
import binascii
import json
import zlib
from dataclasses import dataclass
from typing import Any

from selfhost.errors import TargetError
from selfhost.evidence.collector.run import FORMAT, MAX_TOTAL
from selfhost.evidence.model import Document, Evidence, State
from selfhost.evidence.plan import Step
from selfhost.targets import ssh_connection
from selfhost.targets.model import Plan, now
from selfhost.targets.order import Order
from selfhost.targets.program import collector_program
from selfhost.targets.ssh_connection import Completed, Endpoint

TIMEOUT = 90.0
MAX_OUTPUT = 48 * 1024 * 1024
MAX_DOCUMENTS = 20_000
_MAX_TEXT = 4096
#: Commas and brackets in a line. A document is flat and its texts are short, so it has fewer; a
#: line of nothing else would take twenty times its size once it is understood.
_MAX_SIGNS = 64 * 1024
_TEXTS = ("source", "path", "reason", "mode", "owner", "target", "sha256")


@dataclass(frozen=True, slots=True)
class SshTarget:
    """A server that is logged in to. ``become``: as root through sudo; by default unless the
    user is root already."""

    endpoint: Endpoint
    label: str = ""
    become: bool | None = None

    @property
    def name(self) -> str:
        """The inventory's name of it, or ``ssh://user@host:port``."""
        return self.label or f"ssh://{self.endpoint}"

    def collect(self, plan: Plan | None = None) -> Evidence:
        """All that the plan names, in one round trip."""
        order = Order(plan) if plan else Order()
        program = collector_program()
        moment = now()
        with ssh_connection.connect(self.endpoint) as connection:
            done = connection.run_script(
                program,
                stdin=order.to_bytes(),
                timeout=TIMEOUT,
                max_output=MAX_OUTPUT,
                become=self.become,
            )
        return Evidence(self.name, moment, read_answer(done, order, self.endpoint.host))


def read_answer(done: Completed, order: Order, host: str) -> tuple[Document, ...]:
    """The documents in the collector's output. Nothing in it is trusted to be well-formed.

    A step that is not answered is there as failed. Raises TargetError when the answer is not
    the collector's, is that to another order, was cut off, or holds what was not asked for.
    """
    first = _decoded(done.stdout.partition(b"\n")[0])
    if not isinstance(first, dict) or first.get("selfhost") != FORMAT:
        raise _no_answer(done, host)
    if first.get("nonce") != order.nonce:
        raise TargetError(
            f"{host} sent the answer to another audit",
            hint="its python3 or what stands before it may send a recorded answer again",
        )
    # Not yet split: each of millions of empty lines would cost a place in the list.
    lines = done.stdout.split(b"\n", MAX_DOCUMENTS)
    end = _decoded(lines[-2]) if len(lines) > 2 else None
    count = end.get("end") if isinstance(end, dict) else None
    if lines[-1] != b"" or count != len(lines) - 3 or len(lines) > MAX_DOCUMENTS:
        raise TargetError(
            f"{host} sent evidence that is cut off",
            hint="try again; if it stays so, its memory or the connection is at an end",
        )
    names = {step.name: step for step in order.plan}
    documents: list[Document] = []
    left = MAX_TOTAL
    for line in lines[1:-2]:
        document = _document(_decoded(line), names, min(left, 2 * MAX_TOTAL))
        if document is None:
            raise TargetError(
                f"{host} sent something that is not the evidence asked for",
                hint="its python3 or the connection may have been tampered with",
            )
        left -= len(document.content)
        documents.append(document)
    answered = {document.source for document in documents}
    missing = [
        Document(name, name, State.FAILED, reason="not answered")
        for name in names
        if name not in answered
    ]
    return (*documents, *missing)


def _decoded(line: bytes) -> Any:
    if sum(line.count(sign) for sign in (b",", b"[", b"{")) > _MAX_SIGNS:
        return None
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _document(item: Any, steps: dict[str, Step], limit: int) -> Document | None:
    if not isinstance(item, dict):
        return None
    texts: dict[str, str] = {}
    for name in _TEXTS:
        value = item.get(name)
        if not isinstance(value, str) or len(value) > _MAX_TEXT:
            return None
        texts[name] = value.encode("utf-8", "replace").decode("utf-8")
    if texts["source"] not in steps:
        return None
    content = _unpacked(item.get("content"), limit)
    if content is None or item.get("state") not in list(State):
        return None
    return Document(state=State(item["state"]), content=content, **texts)


def _unpacked(packed: Any, limit: int) -> bytes | None:
    if not isinstance(packed, str) or limit < 0:
        return None
    try:
        unpacker = zlib.decompressobj()
        content = unpacker.decompress(base64.b64decode(packed, validate=True), limit + 1)
    except (zlib.error, binascii.Error, ValueError):
        return None
    return content if unpacker.eof and len(content) <= limit else None


def _no_answer(done: Completed, host: str) -> TargetError:
    """Why there is no answer at all, from the exit code and the first words of its complaint."""
    lines = [line for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    said = "".join(c if c.isprintable() else " " for c in lines[-1]).strip()[:200] if lines else ""
    if "SyntaxError" in said or "SyntaxError" in done.stderr.decode("utf-8", "replace"):
        return TargetError(
            f"the python3 of {host} is too old for the audit",
            hint="it needs Python 3.9 or later there, as Debian 11 and later have",
        )
    if done.stdout and not said:
        first = done.stdout[:60].decode("utf-8", "replace")
        said = "it printed " + repr(first)
    return TargetError(
        f"{host} gave no evidence" + (f": {said}" if said else f" (exit code {done.returncode})"),
        hint="log in by hand and run 'python3 -V'; start files of the shell must print nothing",
    )
