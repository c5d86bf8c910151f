"""Installed packages of a root file system at rest, as ``dpkg-query`` would print them."""

import hashlib
from typing import Protocol

from selfhost.evidence.collector.records import Record, document, too_large, trouble

STATUS = "/var/lib/dpkg/status"
SOURCE = "host.packages"
MAX_BYTES = 32 * 1024 * 1024

# dpkg's abbreviations: dpkg-query(1), "db:Status-Abbrev".
_WANT = {"unknown": "u", "install": "i", "hold": "h", "deinstall": "r", "purge": "p"}
_STATE = {
    "not-installed": "n",
    "config-files": "c",
    "half-installed": "H",
    "unpacked": "U",
    "half-configured": "F",
    "triggers-awaited": "W",
    "triggers-pending": "t",
    "installed": "i",
}
_FIELDS = ("package", "status", "version", "architecture")


class _Readable(Protocol):
    def read(self, path: str, limit: int) -> bytes: ...


def record(files: _Readable) -> Record | None:
    """The document, ``None`` where the tree has no package database."""
    try:
        raw = files.read(STATUS, MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return trouble(SOURCE, STATUS, error)
    if len(raw) > MAX_BYTES:
        return document(SOURCE, STATUS, "too-large", reason=too_large(MAX_BYTES))
    content = as_query(raw.decode("utf-8", "replace")).encode()
    digest = hashlib.sha256(raw).hexdigest()
    return document(SOURCE, STATUS, "present", content=content, sha256=digest)


def as_query(status: str) -> str:
    """dpkg's status file as lines of abbreviation, package, version and architecture."""
    lines = []
    for paragraph in status.replace("\r\n", "\n").split("\n\n"):
        fields: dict[str, str] = {}
        for line in paragraph.splitlines():
            key, colon, value = line.partition(":")
            if colon and key.lower() in _FIELDS:
                fields[key.lower()] = value.strip().replace("\t", " ")
        words = fields.get("status", "").split()
        if "package" not in fields or len(words) != 3:
            continue
        short = _WANT.get(words[0], "?") + _STATE.get(words[2], "?")
        short += " " if words[1] == "ok" else "R"
        version, architecture = fields.get("version", ""), fields.get("architecture", "")
        lines.append("\t".join((short, fields["package"], version, architecture)) + "\n")
    return "".join(sorted(lines, key=lambda line: line.split("\t")[1]))
