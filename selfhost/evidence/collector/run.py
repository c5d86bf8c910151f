"""All steps of a plan, and the answer that is sent back."""

import base64
import json
import os
import signal
import sys
import threading
import zlib
from typing import Any, Iterator, List, Optional

from selfhost.evidence.collector.attempts import probe_attempts
from selfhost.evidence.collector.commands import run_command
from selfhost.evidence.collector.containers import probe_containers
from selfhost.evidence.collector.disk import Disk
from selfhost.evidence.collector.documents import list_names, read_files
from selfhost.evidence.collector.media import probe_media
from selfhost.evidence.collector.processes import probe_processes
from selfhost.evidence.collector.records import Record, document, too_large
from selfhost.evidence.collector.redactor import Redactor
from selfhost.evidence.collector.sockets import probe_sockets

FORMAT = 1
MAX_TOTAL = 32 * 1024 * 1024  # bytes of content in one run
MAX_RUN_SECONDS = 120


def collect(
    plan: List[Record],
    root: str = "/",
    redaction_key: Optional[bytes] = None,
    disk: Optional[Any] = None,
) -> Iterator[Record]:
    """The documents of every step, in the plan's order.

    A record has ``source``, ``path``, ``state``, ``content`` (bytes, secrets replaced),
    ``sha256`` (of the bytes before that), ``reason``, ``mode``, ``owner`` and ``target``, as
    ``selfhost.evidence.model.Document`` describes them. ``disk`` stands in for the files below
    ``root``. Commands and probes ask the running system, so they make sense for ``/`` only.
    """
    redactor = Redactor(redaction_key or os.urandom(32))
    files = disk if disk is not None else Disk(root)
    answers: List[List[Record]] = [[] for _ in plan]

    def answer(index: int) -> None:
        step = plan[index]
        try:
            answers[index] = list(_answer(step, files, redactor))
        except Exception as error:  # one step's bug must not hide the others
            reason = "collector: %s" % type(error).__name__
            answers[index] = [document(step["name"], step["name"], "failed", reason=reason)]

    probes = ("containers", "media")
    slow = [i for i, s in enumerate(plan) if s["kind"] == "command" or s["places"][:1][0] in probes]
    acting = [
        i for i, s in enumerate(plan) if s["kind"] == "probe" and s["places"][0] == "attempts"
    ]
    threads = [threading.Thread(target=answer, args=(index,), daemon=True) for index in slow]
    for thread in threads:
        thread.start()
    for index in range(len(plan)):
        if index not in slow and index not in acting:
            answer(index)
    for thread in threads:
        thread.join()
    for index in acting:  # whose packets and processes no other step is to see
        answer(index)
    total = 0
    for records in answers:
        for record in records:
            total += len(record["content"])
            if total > MAX_TOTAL and record["content"]:
                reason = "all evidence together is " + too_large(MAX_TOTAL)
                record.update(state="too-large", content=b"", sha256="", reason=reason)
            yield record


def _answer(step: Record, disk: Any, redactor: Redactor) -> Iterator[Record]:
    if step["kind"] == "files":
        return read_files(step, disk, redactor)
    if step["kind"] == "listing":
        return list_names(step, disk)
    if step["kind"] == "command":
        return iter([run_command(step, redactor)])
    probe = step["places"][0]
    if probe == "processes":
        return iter([probe_processes(step, redactor)])
    if probe == "sockets":
        return iter([probe_sockets(step)])
    if probe == "media":
        return iter([probe_media(step)])
    if probe == "attempts":
        return iter([probe_attempts(step)])
    if probe == "containers":
        return iter([probe_containers(step, redactor)])
    return iter([document(step["name"], "probe:" + probe, "failed", reason="no such probe")])


def main() -> int:
    """Read ``{"plan": [...], "key": hex, "nonce": hex}`` on standard input, write a JSON line per
    document.

    The first line repeats the nonce, so that an older answer is noticed; the last one counts the
    documents, so that one that was cut off is.
    """
    signal.alarm(MAX_RUN_SECONDS)
    order = json.loads(sys.stdin.buffer.read())
    out = sys.stdout.buffer
    out.write(json.dumps({"selfhost": FORMAT, "nonce": order["nonce"]}).encode() + b"\n")
    count = 0
    for record in collect(order["plan"], redaction_key=bytes.fromhex(order["key"])):
        count += 1
        packed = zlib.compress(record["content"], 6)
        line = dict(record, content=base64.b64encode(packed).decode("ascii"))
        out.write(json.dumps(line, sort_keys=True).encode("ascii") + b"\n")
    out.write(json.dumps({"end": count}).encode() + b"\n")
    out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
