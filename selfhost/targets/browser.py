"""A server as a participant's browser sees it: what is served, and what that does."""

import json
import re
import secrets
import socket
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from selfhost.browser import visit as visiting
from selfhost.browser.chromium import Reach, program
from selfhost.browser.protocol import GoneError
from selfhost.catalog.endpoints import kind_of_host, same_owner
from selfhost.catalog.hostile_links import Override
from selfhost.errors import TargetError
from selfhost.evidence.model import Document, Evidence, State
from selfhost.targets.model import Plan
from selfhost.targets.outside import OutsideTarget, lines

_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,}", re.I)
_MAX_NAMES = 50
ROOM = re.compile(r"[\w-]{1,200}")
SOURCES = ("browser.visit", "browser.requests", "browser.webrtc", "browser.kept", "browser.links")


@dataclass(frozen=True, slots=True)
class BrowserTarget:
    """``outside`` with a browser. ``room``: one that is open; else one of a name by chance.
    ``links``: what hostile links try, if that is wanted."""

    outside: OutsideTarget
    room: str = ""
    links: tuple[Override, ...] = ()

    @property
    def name(self) -> str:
        """The address as it was given."""
        return self.outside.name

    def collect(self, plan: Plan | None = None) -> Evidence:
        """What is served, then what a browser makes of it. Raises TargetError and UsageError."""
        program()
        evidence = self.outside.collect(plan)
        found = evidence.documents + tuple(self._visit(evidence))
        return Evidence(
            evidence.target, evidence.collected_at, found, frozenset(d.source for d in found)
        )

    def _visit(self, evidence: Evidence) -> list[Document]:
        base = self.outside.url.rstrip("/") + "/"
        # Long, with no meaning, and told to nobody: no call is disturbed.
        room = self.room or f"selfhost-audit-{secrets.token_hex(8)}"
        try:
            seen = visiting.visit(base, room, self._reach(evidence), _trusted(evidence), self.links)
        except GoneError as error:
            sources = SOURCES if self.links else SOURCES[:-1]
            return [
                Document(source, _place(source), State.FAILED, reason=str(error))
                for source in sources
            ]
        told = [seen.stages, seen.requests, seen.webrtc, seen.kept, seen.links]
        return [
            lines(source, source.replace(".", "-"), entries)
            for source, entries in zip(SOURCES, told, strict=True)
            if self.links or source != "browser.links"
        ]

    def _reach(self, evidence: Evidence) -> Reach:
        """The server's address as the rest of the audit sees it, and the own names it told of."""
        host = (urlsplit(self.outside.url).hostname or "").lower()
        try:
            address = str(socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)[0][4][0])
        except (OSError, UnicodeError) as error:
            raise TargetError(f"{host} cannot be resolved: {error}") from None
        names: set[str] = set()
        for document in evidence.documents:
            for match in _NAME.finditer(document.text if document.state is State.PRESENT else ""):
                name = match[0].lower()
                if name != host and same_owner(name, host) and not kind_of_host(name):
                    names.add(name)
        return Reach(host, address, tuple(sorted(names)[:_MAX_NAMES]))


def _trusted(evidence: Evidence) -> bool:
    """Whether the certificate is; where it is not, that is a finding and the visit goes on."""
    for document in evidence.of("outside.tls"):
        with suppress(ValueError, KeyError, TypeError, IndexError):
            return json.loads(document.text.splitlines()[0])["trusted"] is True
    return False


def _place(source: str) -> str:
    return f"probe:{source.replace('.', '-')}"
