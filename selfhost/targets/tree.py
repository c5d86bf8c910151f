"""A tree of files, on disk or in a tar: which server or deployment it shows, and its evidence."""

import os
from collections.abc import Iterable, Iterator
from typing import Protocol

from selfhost.errors import TargetError
from selfhost.evidence.collector.disk import Look
from selfhost.evidence.collector.documents import read_file
from selfhost.evidence.collector.records import Record
from selfhost.evidence.collector.redactor import Redactor
from selfhost.evidence.collector.run import collect
from selfhost.evidence.model import Evidence, State
from selfhost.evidence.plan import Step, full_plan
from selfhost.targets import dpkg
from selfhost.targets.embedded import inside
from selfhost.targets.model import Plan, documents, now
from selfhost.targets.recognise import SAMPLE, recognise

MAX_DEPTH = 5
MAX_FILES = 2000

#: Any of these makes a tree a root file system.
_ROOT_MARKS = (
    *("/etc/jitsi", "/etc/prosody", "/etc/nginx", "/etc/turnserver.conf", "/etc/coturn"),
    *("/usr/share/jitsi-meet", "/var/lib/dpkg/status", "/etc/os-release", "/etc/debian_version"),
)
#: Any of these makes it all of one, so that what is missing is known to be absent.
_WHOLE_MARKS = (dpkg.STATUS, "/usr/lib/os-release", "/etc/debian_version")


class Files(Protocol):
    """A tree as the collector reads it; paths begin with ``/``. Every method raises OSError."""

    def names(self, directory: str) -> list[str]:
        """The names in a directory, sorted."""
        ...

    def look(self, path: str) -> Look:
        """What a path leads to."""
        ...

    def read(self, path: str, limit: int) -> bytes:
        """The first bytes of a regular file."""
        ...


def evidence(files: Files, name: str, plan: Plan | None = None) -> Evidence:
    """What a tree gives: a root file system, a docker-jitsi-meet folder, or loose files.

    Raises TargetError when nothing in it belongs to a Jitsi server.
    """
    steps = [one for one in plan or full_plan() if one.kind in ("files", "listing")]
    moment = now()
    redactor = Redactor(os.urandom(32))
    if any(_exists(files, mark) for mark in _ROOT_MARKS):
        records, scope = _root(files, steps, redactor)
    else:
        records, scope = _loose(files, steps, redactor)
    if not scope:
        raise TargetError(
            f"{name} holds no file of a Jitsi server",
            hint="give a root file system (with etc/jitsi in it), a docker-jitsi-meet folder, "
            "or a folder with files such as config.js or jicofo.conf",
        )
    return Evidence(name, moment, documents(records), frozenset(scope))


# -- a root file system ------------------------------------------------------------------------


def _root(files: Files, steps: list[Step], redactor: Redactor) -> tuple[list[Record], set[str]]:
    whole = any(_exists(files, mark) for mark in _WHOLE_MARKS)
    records: list[Record] = []
    scope: set[str] = set()
    for one in steps:
        if one.component in ("docker", "helm", "kubernetes"):
            continue
        found = list(collect([one.as_json()], disk=files, redaction_key=redactor.key))
        given = any(record["state"] != State.ABSENT for record in found)
        # Nothing of the kernel's is in a file system at rest.
        expected = not one.places[0].startswith("/proc/") and (whole or _expected(files, one))
        if given or expected:
            records += found
            scope.add(one.name)
    packages = dpkg.record(files)
    if packages is not None:
        records.append(packages)
        scope.add("host.packages")
    return records, scope


def _expected(files: Files, one: Step) -> bool:
    """Whether a part of a root file system holds the folder where the step's files would be.

    What concerns the host as a whole is expected of a whole root file system only.
    """
    if one.component == "host":
        return False
    parts = one.places[0].strip("/").split("/")
    if parts[:2] == ["etc", "jitsi"]:
        below = _names(files, "/etc/jitsi")
        return parts[2] in below or len(below) > 1
    depth = 3 if parts[0] in ("usr", "var") else 2
    return _exists(files, "/" + "/".join(parts[:depth]))


# -- docker-jitsi-meet and loose files ---------------------------------------------------------


def _loose(files: Files, steps: list[Step], redactor: Redactor) -> tuple[list[Record], set[str]]:
    docker = [one for one in steps if one.component == "docker"]
    at_top = [
        record
        for record in _collect(files, docker, redactor)
        if record["state"] != State.PRESENT or _is_docker(files, record["path"])
    ]
    if all(record["state"] == State.ABSENT for record in at_top):
        at_top = []
    records = list(at_top)
    taken = {record["path"] for record in at_top if record["state"] != State.ABSENT}
    names = {one.name for one in steps} | {"nginx.effective"}
    for path in _walk(files):
        if path in taken or (at_top and path.startswith("/env.example")):
            continue
        one = recognise(path, _sample(files, path))
        if one is None or one.name not in names:
            continue
        if at_top and (one.component == "docker" or path.count("/") > 2):
            continue  # a deployment's own sources are templates
        record = read_file(one.name, path, files, redactor, one.max_bytes, True)
        if record is not None:
            record.update(mode="", owner="")  # of the copy, not of the server
            records += [record, *inside(record, redactor)]
    return records, {record["source"] for record in records}


def _is_docker(files: Files, path: str) -> bool:
    """Whether a file at the top of a folder is docker-jitsi-meet's, and not another program's."""
    one = recognise(path, _sample(files, path))
    return one is None or one.component == "docker"


def _collect(files: Files, steps: Iterable[Step], redactor: Redactor) -> Iterator[Record]:
    for record in collect([one.as_json() for one in steps], disk=files, redaction_key=redactor.key):
        record.update(mode="", owner="")
        yield record


def _walk(files: Files) -> Iterator[str]:
    """The regular files, a folder's own before those below it. Hidden folders are left out."""
    waiting = [("", 0)]
    count = 0
    while waiting:
        folder, depth = waiting.pop(0)
        for name in _names(files, folder or "/"):
            path = f"{folder}/{name}"
            try:
                found = files.look(path)
            except OSError:
                continue
            count += 1
            if count > MAX_FILES:
                return
            if found.kind == "file":
                yield path
            elif found.kind != "directory" or found.link or depth >= MAX_DEPTH:
                continue
            elif not name.startswith(".") and name != "node_modules":
                waiting.append((path, depth + 1))


def _sample(files: Files, path: str) -> str:
    try:
        return files.read(path, SAMPLE).decode("utf-8", "replace")
    except OSError:
        return ""


def _names(files: Files, folder: str) -> list[str]:
    try:
        return files.names(folder)
    except OSError:
        return []


def _exists(files: Files, path: str) -> bool:
    try:
        files.look(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True
