"""The evidence of one target: documents, each with the state it was found in."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """What looking at a place gave. Only ``PRESENT`` and ``ABSENT`` are knowledge."""

    PRESENT = "present"
    ABSENT = "absent"  # looked, and it is not there
    DENIED = "denied"  # the audit's user may not read it
    FAILED = "failed"  # looking went wrong; the document's reason says how
    TOO_LARGE = "too-large"  # over the plan's size limit

    @property
    def known(self) -> bool:
        """Whether something can be concluded from it."""
        return self in (State.PRESENT, State.ABSENT)


_CONTAINER = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]*):(?=/(?!/))", re.ASCII)


def container_of(path: str) -> str:
    """The container that a document's path begins with, as in ``web:/config/config.js``."""
    found = _CONTAINER.match(path)
    return found[1] if found else ""


def within(path: str) -> str:
    """A document's path as the programs beside it name it."""
    return _CONTAINER.sub("", path, count=1)


@dataclass(frozen=True, slots=True)
class Document:
    """One place that was looked at.

    ``source`` names the evidence it belongs to (``jicofo.config``); several documents may share
    one. ``path`` is the file's path on the target (``NAME:/path`` in one of several
    containers), ``$ command`` for a command's output, or the
    glob that matched nothing. ``content`` has secrets replaced; ``sha256`` is of the raw bytes,
    hexadecimal, before that. ``mode`` is octal (``0640``), ``owner`` is ``user:group``; both are
    empty where they do not apply. ``target`` is where a symbolic link leads.
    """

    source: str
    path: str
    state: State
    content: bytes = b""
    sha256: str = ""
    reason: str = ""
    mode: str = ""
    owner: str = ""
    target: str = ""

    @property
    def text(self) -> str:
        """The content as text; bytes that are not UTF-8 become U+FFFD."""
        return self.content.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was collected from one target.

    ``scope`` is ``None`` when the target is a whole server: then every source of the plan was
    asked for. For files and directories it holds the names of the sources that were given;
    anything else is out of scope, which is different from absent.
    ``collected_at`` is UTC, ISO 8601 with a ``Z``.
    """

    target: str
    collected_at: str
    documents: tuple[Document, ...]
    scope: frozenset[str] | None = None

    def of(self, source: str) -> tuple[Document, ...]:
        """The documents of one source, in the order they were collected."""
        return tuple(document for document in self.documents if document.source == source)

    def in_scope(self, source: str) -> bool:
        """Whether this source was asked for at all."""
        return self.scope is None or source in self.scope

    def without(self, sources: Iterable[str]) -> "Evidence":
        """A copy in which the given sources could not be read (for tests of what is unseen)."""
        hidden = frozenset(sources)
        kept = [document for document in self.documents if document.source not in hidden]
        failed = [
            Document(source=name, path=name, state=State.FAILED, reason="not collected")
            for name in sorted(hidden)
        ]
        return Evidence(self.target, self.collected_at, (*kept, *failed), self.scope)
