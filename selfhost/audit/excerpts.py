"""The line a citation points at, taken from the evidence itself (where secrets are replaced)."""

import re

from selfhost.audit.model import Citation
from selfhost.controls.model import Cited
from selfhost.evidence.model import Document, Evidence, State

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
        lines = re.split(r"\r\n|\r|\n", document.text)
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
