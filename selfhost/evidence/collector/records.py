"""What is told of a document."""

import errno
import hashlib
import json
from typing import Any, Dict, List

Record = Dict[str, Any]


def document(source: str, path: str, state: str, **more: Any) -> Record:
    record = {"source": source, "path": path, "state": state, "sha256": ""}
    record.update(reason="", mode="", owner="", target="")
    record.update(more)
    content = record.pop("content", b"")
    return dict({name: printable(text) for name, text in record.items()}, content=content)


def printable(text: str) -> str:
    """A name that is not UTF-8 with U+FFFD where it is not."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def trouble(source: str, path: str, error: OSError, is_pattern: bool = False) -> Record:
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return document(source, path, "absent")
    if isinstance(error, PermissionError):
        return document(source, path, "denied", reason="permission denied")
    if error.errno == errno.E2BIG:
        return document(source, path, "too-large", reason=error.strerror)
    return document(source, path, "failed", reason=error.strerror or "cannot be read")


def too_large(limit: int) -> str:
    return "more than %d bytes" % limit


def json_lines(source: str, path: str, lines: List[Record], limit: int, reason: str = "") -> Record:
    """JSON lines as a document, one item each, so that a line can be cited."""
    if not lines and not path.startswith("probe:"):
        return document(source, path, "absent")
    text = "".join(json.dumps(line, sort_keys=True) + "\n" for line in lines)
    content = text.encode("ascii")
    if len(content) > limit:
        return document(source, path, "too-large", reason=too_large(limit))
    digest = hashlib.sha256(content).hexdigest()
    return document(source, path, "present", content=content, sha256=digest, reason=reason)
