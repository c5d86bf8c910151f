"""Every file that the audit reads, replaced by what is none: it ends soon, and nothing passes."""

import os
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from selfhost.audit.evaluate import evaluate
from selfhost.audit.model import TargetReport
from selfhost.controls import registry
from selfhost.controls.model import Status
from selfhost.evidence.collector import disk, run
from selfhost.evidence.model import Document, Evidence, State
from selfhost.evidence.plan import server_plan

#: What can be replaced: each place that is a path.
PLACES = [
    place
    for step in server_plan()
    if step.kind == "files"
    for place in step.places
    if not set("*?[") & set(place)
]
_GIB = 1 << 30


def _socket(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)
    here = Path.cwd()
    try:
        os.fchdir(folder)  # a socket's name has to be short
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)
        os.close(folder)


def _written(content: bytes, path: Path) -> None:
    path.write_bytes(content)


def _sparse(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(10 * _GIB)


REPLACED: dict[str, Callable[[Path], object]] = {
    "pipe": os.mkfifo,
    "socket": _socket,
    "link to itself": lambda path: path.symlink_to(path.name),
    "link to an endless device": lambda path: path.symlink_to("/dev/zero"),
    "folder": Path.mkdir,
    "10 GiB of nothing": _sparse,
    "binary": partial(_written, b"\x7fELF\x02\x01\x01\0" + bytes(range(256)) * 64),
    "a line of 5 MB": partial(_written, b"x" * 5_000_000),
}


def _audited(root: Path) -> tuple[TargetReport, list[Document], float, int]:
    """The report, the documents of files, how long it took and the most memory on top."""
    tracemalloc.start()
    began = time.monotonic()
    try:
        (root / "dev").mkdir(exist_ok=True)
        files = [step.as_json() for step in server_plan() if step.kind == "files"]
        records = list(run.collect(files, str(root), b"k" * 32))
        read = [Document(**{**r, "state": State(r["state"])}) for r in records]
        rest = [
            Document(step.name, step.name, State.FAILED)
            for step in server_plan()
            if step.kind != "files"
        ]
        evidence = Evidence("h", "2026-01-01T00:00:00Z", (*read, *rest))
        report = evaluate(evidence, registry.controls())
        return report, read, time.monotonic() - began, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", REPLACED)
def test_what_is_no_configuration_file_never_passes(kind: str, tmp_path: Path) -> None:
    # The link leads to the root's own device; what is no regular file stands in for it.
    (tmp_path / "dev").mkdir()
    os.mkfifo(tmp_path / "dev" / "zero")
    for place in PLACES:
        path = tmp_path / place.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_symlink() and not path.exists():
            REPLACED[kind](path)
    report, read, seconds, memory = _audited(tmp_path)
    replaced = {document.path: document for document in read if document.path in PLACES}
    assert len(replaced) == len(set(PLACES))
    if kind != "binary":
        assert {document.state for document in replaced.values()} <= {
            State.FAILED,
            State.TOO_LARGE,
        }
    passed = [r.control for r in report.results if r.status is Status.PASS]
    assert passed == []
    assert any(r.status is Status.UNKNOWN for r in report.results)
    assert (seconds < 30, memory < 200_000_000) == (True, True)


@contextmanager
def _growing(path: Path) -> Iterator[None]:
    over = threading.Event()

    def grow() -> None:
        with path.open("ab", buffering=0) as stream:
            while not over.is_set() and stream.tell() < 256_000_000:
                stream.write(b"# and on\n" * 1000)

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        yield
    finally:
        over.set()
        writer.join()


def test_a_file_that_grows_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "etc/jitsi/jicofo/jicofo.conf"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"# start\n")
    with _growing(path):
        _, read, seconds, memory = _audited(tmp_path)
    (found,) = [d for d in read if d.path == "/etc/jitsi/jicofo/jicofo.conf"]
    assert found.state is State.TOO_LARGE or len(found.content) <= 2 * 1024 * 1024
    assert (seconds < 30, memory < 200_000_000) == (True, True)


def test_a_folder_of_more_files_than_there_can_be(tmp_path: Path) -> None:
    folder = tmp_path / "etc/prosody/conf.d"
    folder.mkdir(parents=True)
    (tmp_path / "etc/prosody/prosody.cfg.lua").write_text('Include "conf.d/*.cfg.lua"\n')
    count = disk.MAX_LISTED + 1
    for number in range(count):
        os.mknod(folder / f"{number}.cfg.lua")
    report, read, seconds, memory = _audited(tmp_path)
    assert [d.state for d in read if d.path.startswith("/etc/prosody/conf.d/")] == [State.TOO_LARGE]
    judged = {r.control: r.status for r in report.results}
    assert judged["prosody-federation"] is Status.UNKNOWN
    assert (seconds < 30, memory < 200_000_000) == (True, True)
