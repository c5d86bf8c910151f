"""The files and lists of names of a step."""

import hashlib
from typing import Any, Iterator, List, Optional, Set

from selfhost.evidence.collector.disk import expand
from selfhost.evidence.collector.records import (
    Record,
    document,
    json_lines,
    printable,
    too_large,
    trouble,
)
from selfhost.evidence.collector.redactor import Redactor
from selfhost.evidence.collector.syntax import Overload, syntax_of

MAX_MATCHES = 2000  # files of one pattern


def read_files(step: Record, disk: Any, redactor: Redactor) -> Iterator[Record]:
    source = step["name"]
    seen: Set[str] = set()
    for place in step["places"]:
        is_pattern = any(sign in place for sign in "*?[")
        try:
            paths = expand(disk, place)
        except OSError as error:
            yield trouble(source, place, error)
            continue
        if len(paths) > MAX_MATCHES:
            yield document(source, place, "too-large", reason="more than %d files" % MAX_MATCHES)
            continue
        count = 0
        for path in paths:
            if path in seen:
                count += 1
                continue
            record = read_file(source, path, disk, redactor, step["max_bytes"], is_pattern)
            if record is not None:
                seen.add(path)
                count += 1
                yield record
        if not count:
            yield document(source, place, "absent")


def read_file(
    source: str, path: str, disk: Any, redactor: Redactor, limit: int, is_pattern: bool = False
) -> Optional[Record]:
    """The document of one file; None for a directory or a dead link that a pattern matched."""
    try:
        found = disk.look(path)
        about = {"mode": found.mode, "owner": found.owner, "target": found.link}
        if found.kind == "directory" and is_pattern:
            return None
        if found.kind == "null":  # how a unit is masked
            digest = hashlib.sha256(b"").hexdigest()
            return document(source, path, "present", sha256=digest, **about)
        if found.kind != "file":
            return document(source, path, "failed", reason="not a regular file", **about)
        if found.size > limit:
            return document(source, path, "too-large", reason=too_large(limit), **about)
        content = disk.read(path, limit + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None if is_pattern else document(source, path, "absent")
    except OSError as error:
        return trouble(source, path, error)
    if len(content) > limit:
        return document(source, path, "too-large", reason=too_large(limit), **about)
    return present(source, path, content, redactor, **about)


def present(source: str, path: str, raw: bytes, redactor: Redactor, **about: str) -> Record:
    digest = hashlib.sha256(raw).hexdigest()
    try:
        shown = redactor.content(raw, syntax_of(source, path))
    except Overload:
        reason = "its secrets cannot be told from the rest"
        return document(source, path, "failed", sha256=digest, reason=reason, **about)
    return document(source, path, "present", content=shown, sha256=digest, **about)


def list_names(step: Record, disk: Any) -> Iterator[Record]:
    source = step["name"]
    for place in step["places"]:
        lines: List[Record] = []
        try:
            for path in expand(disk, place, hidden=True):
                try:
                    found = disk.look(path)
                except (FileNotFoundError, NotADirectoryError):
                    continue
                size = found.size if found.kind == "file" else 0
                lines.append({"path": printable(path), "type": found.kind, "size": size})
        except OSError as error:
            yield trouble(source, place, error)
            continue
        yield json_lines(source, place, lines, step["max_bytes"])
