"""The line a citation points at, taken from the evidence itself (where secrets are replaced)."""

import json
import re

from selfhost.audit.model import Citation
from selfhost.controls.model import Cited
from selfhost.evidence.model import Document, Evidence, State
from selfhost.readers.lines import physical_lines

MAX_EXCERPT = 240

#: ``nginx -T`` prints each file behind such a line.
_DUMPED_FILE = re.compile(r"^# configuration file (.+):$")


class Excerpts:
    """Looks lines up by path and number."""

    def __init__(self, evidence: Evidence) -> None:
        self._lines: dict[str, list[str]] = {}
        self._sha256: dict[str, str] = {}
        for document in evidence.documents:
            if document.state is State.PRESENT:
                self._add(document)

    def _add(self, document: Document) -> None:
        lines = physical_lines(document.text)
        self._lines.setdefault(document.path, lines)
        self._sha256.setdefault(document.path, document.sha256)
        if document.source != "nginx.effective":
            return
        inner: list[str] = []
        for line in lines:
            header = _DUMPED_FILE.match(line)
            if header:
                inner = self._lines.setdefault(header[1], [])
                self._sha256.setdefault(header[1], document.sha256)
            else:
                inner.append(line)

    def citation(self, place: Cited) -> Citation:
        """The place with its line, shortened to ``MAX_EXCERPT`` characters."""
        lines = self._lines.get(place.origin.path, [])
        number = place.origin.line
        excerpt = lines[number - 1].strip() if 0 < number <= len(lines) else ""
        if excerpt.startswith("{") and place.origin.path.startswith("probe:"):
            excerpt = _item(excerpt)
        if len(excerpt) > MAX_EXCERPT:
            excerpt = excerpt[: MAX_EXCERPT - 1] + "…"
        return Citation(
            path=place.origin.path,
            line=number,
            key=place.key,
            excerpt=excerpt,
            sha256=self._sha256.get(place.origin.path, ""),
            overrides=tuple(str(origin) for origin in place.overrides),
        )


#: What tells a process, a socket or a container from another, in the order it is read.
_TELLING = (
    "user", "arguments", "engine", "name", "image", "state", "protocol", "local_address",
    "local_port", "remote_address", "remote_port", "command",
)  # fmt: skip


def _item(line: str) -> str:
    """A probe's item in a few words instead of its JSON."""
    try:
        item = json.loads(line)
    except (ValueError, RecursionError):
        return line
    if not isinstance(item, dict):
        return line
    texts: list[str] = []
    for name in _TELLING:
        value = item.get(name)
        if isinstance(value, list):
            texts.append(" ".join(str(part) for part in value))
        elif value not in (None, "") and not (name == "command" and "arguments" in item):
            texts.append(str(value))
    return " ".join(texts)
