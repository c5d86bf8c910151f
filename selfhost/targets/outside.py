"""A server as a participant sees it who cannot log in: by its address alone."""

import hashlib
import json
import os
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from selfhost.errors import TargetError
from selfhost.evidence.collector.redactor import Redactor
from selfhost.evidence.collector.syntax import CODE, Overload
from selfhost.evidence.model import Document, Evidence, State
from selfhost.targets.model import Plan, now
from selfhost.targets.outside_addresses import addresses
from selfhost.targets.outside_http import Answer, NoResponseError, Place, certificate, get, request
from selfhost.targets.outside_signalling import signalling

#: Seconds for all of it.
SECONDS = 60.0

#: Places where recordings, transcripts and traces would be served. Only their answer's kind is
#: kept.
PATHS = (
    "/no-folder-is-called-so/",  # what the server says to anything
    *("/transcripts/", "/recordings/", "/rtcstats-ws/", "/rtc-visualizer/", "/load-test/"),
    *("/socket.io/?EIO=4&transport=polling", "/etherpad/", "/colibri/stats", "/about/health"),
    *("/http-bind", "/external_api.js", "/.env"),
)
#: A tenant that nobody has.
TENANT = "no-tenant-is-called-so"
#: TCP ports that Jitsi's programs and what runs beside them listen on, for themselves only.
PORTS = (
    *(2222, 3000, 3100, 3333, 5222, 5269, 5280, 5281, 5347, 5582, 5766, 8000, 8080, 8788, 8888),
    *(8989, 9001, 9090, 9641),
)
_PORT_SECONDS = 3.0

_SCRIPT = re.compile(r"<script\b", re.I)
_SCRIPT_END = re.compile(r"</script", re.I)
_DECLARES = {
    "web.config": re.compile(r"\b(?:var|let|const)\s+config\s*=|^[ \t]*config\s*=", re.M),
    "web.interface": re.compile(r"\b(?:var|let|const)\s+interfaceConfig\s*="),
}
_FILES = {"web.config": "config.js", "web.interface": "interface_config.js"}
#: Headers of an answer that say nothing of the server's rules.
_DULL = ("date", "etag", "last-modified", "content-length", "set-cookie", "expires", "age")


@dataclass(frozen=True, slots=True)
class OutsideTarget:
    """``https://HOST[:PORT][/TENANT]``. ``ports``: whether to try the TCP ports of ``PORTS``."""

    url: str
    ports: bool = False

    @property
    def name(self) -> str:
        """The address as it was given."""
        return self.url

    def collect(self, plan: Plan | None = None) -> Evidence:
        """What is served. Raises TargetError when nothing answers, or no Jitsi Meet does."""
        moment = now()
        found = _Looking(self.url).all()
        if self.ports:
            found.append(lines("outside.ports", "ports", _ports(_host(self.url))))
        wanted = None if plan is None else {step.name for step in plan}
        documents = tuple(d for d in found if wanted is None or d.source in wanted)
        return Evidence(self.url, moment, documents, frozenset(d.source for d in documents))


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


class _Looking:
    def __init__(self, url: str) -> None:
        self._base = url.rstrip("/") + "/"
        self._host = _host(url)
        self._deadline = time.monotonic() + SECONDS
        self._place = Place(self._host, True, self._deadline)
        self._redactor = Redactor(os.urandom(32))
        self._answers: list[dict[str, Any]] = []

    def all(self) -> list[Document]:
        """Every document, in the order in which a report shows them."""
        tls = self._certificate()
        page = self._page()
        scripts = {source: self._scripts(source, page) for source in _FILES}
        if not any(document.state is State.PRESENT for document in scripts["web.config"]):
            raise TargetError(
                f"{self._base} serves no Jitsi Meet: there is no config.js",
                hint="give the address under which meetings are opened, without the room",
            )
        shown = self._document("web.page", page.url, self._without_settings(page))
        xmpp = lines(
            "outside.xmpp", "xmpp", *signalling(scripts["web.config"], self._base, self._place)
        )
        scripts["web.config"] += self._settings_elsewhere(scripts["web.config"])
        each = lines("outside.addresses", "addresses", list(addresses(self._base, self._place)))
        self._paths()
        responses = lines("outside.responses", "responses", self._answers)
        return [
            *scripts["web.config"],
            *scripts["web.interface"],
            shown,
            responses,
            *tls,
            xmpp,
            each,
        ]

    def _certificate(self) -> list[Document]:
        parts = urlsplit(self._base)
        place = f"tls://{self._host}:{parts.port or 443}"
        try:
            shown = certificate(self._place, parts.port or 443)
        except NoResponseError as error:
            raise TargetError(
                f"{self._base} cannot be looked at: {error}",
                hint="check the address; is the server up, and does it answer on this port?",
            ) from None
        if not shown.trusted:
            self._place = Place(self._host, False, self._deadline)
        content = shown.pem.encode()
        tls = {"url": self._base, "trusted": shown.trusted, "why": shown.why[:200]}
        return [
            Document("host.certificates", place, State.PRESENT, content, _sha256(content)),
            lines("outside.tls", "tls", [{**tls, "version": shown.version}]),
        ]

    def _page(self) -> Answer:
        try:
            page = get(self._base, self._place)
        except NoResponseError as error:
            raise TargetError(f"{self._base} cannot be looked at: {error}") from None
        if page.left:
            raise TargetError(
                f"{self._base} leads to another server ({page.left})",
                hint="give that address, if it is yours",
            )
        self._keep("page", page)
        return page

    def _keep(self, what: str, answer: Answer) -> None:
        headers = {
            name[:100]: self._redactor.value(name[:100], value[:4000])
            for name, value in list(answer.headers.items())[:60]
            if name not in _DULL
        }
        entry = {"what": what, "url": answer.url, "status": answer.status, "headers": headers}
        self._answers.append({**entry, "left": answer.left})

    def _scripts(self, source: str, page: Answer) -> list[Document]:
        """The file that is served, and the copy that the page holds."""
        found: list[Document] = []
        url = urljoin(self._base, _FILES[source])
        try:
            answer = get(url, self._place)
        except NoResponseError as error:
            found.append(Document(source, url, State.FAILED, reason=str(error)))
        else:
            if answer.is_script:
                found.append(self._document(source, url, answer.body))
                self._keep(source, answer)
            elif answer.status in (401, 403):
                found.append(Document(source, url, State.DENIED, reason="it asks for a login"))
            elif answer.status >= 500:
                reason = f"HTTP status {answer.status}"
                found.append(Document(source, url, State.FAILED, reason=reason))
            else:
                found.append(Document(source, url, State.ABSENT))
        inlined = self._inlined(source, page)
        if inlined is not None:
            found = [d for d in found if d.state is not State.ABSENT]
            found.append(inlined)
        return found

    def _settings_elsewhere(self, known: list[Document]) -> list[Document]:
        """Other settings at the site's root, or at an address of a tenant: people open both."""
        root = urljoin(self._base, "/")
        other = root if root != self._base else f"{root}{TENANT}/"
        url = urljoin(other, _FILES["web.config"])
        try:
            answer = request("GET", url, self._place)
        except NoResponseError:
            return []
        text = answer.body.decode("utf-8", "replace")
        if not answer.is_script or not _DECLARES["web.config"].search(text):
            return []
        found = self._document("web.config", url, answer.body)
        return [] if found.sha256 in {document.sha256 for document in known} else [found]

    def _inlined(self, source: str, page: Answer) -> Document | None:
        """The page's first script that declares the settings; lines stay where they are."""
        text = page.body.decode("utf-8", "replace")
        for start, end in _scripts(text):
            if _DECLARES[source].search(text, start, end):
                padding = "\n" * text.count("\n", 0, start)
                content = (padding + text[start:end]).encode()
                name = f"{page.url}#{_FILES[source]}"
                return self._document(source, name, content)
        return None

    def _without_settings(self, page: Answer) -> bytes:
        """The page without its copies of the settings, which are judged as such; lines stay."""
        text, kept, done = page.body.decode("utf-8", "replace"), list[str](), 0
        for start, end in _scripts(text):
            if any(declares.search(text, start, end) for declares in _DECLARES.values()):
                kept += (text[done:start], "\n" * text.count("\n", start, end))
                done = end
        return "".join((*kept, text[done:])).encode()

    def _document(self, source: str, path: str, raw: bytes) -> Document:
        try:
            shown = self._redactor.content(raw, CODE)
        except Overload:
            reason = "its secrets cannot be told from the rest"
            return Document(source, path, State.FAILED, reason=reason)
        return Document(source, path, State.PRESENT, shown, _sha256(raw))

    def _paths(self) -> None:
        root = urljoin(self._base, "/")
        for path in PATHS:
            try:
                answer = request("GET", urljoin(root, path), self._place)
            except NoResponseError:
                continue
            self._keep("path", answer)
        try:
            self._keep("plain", get(f"http://{self._host}/", self._place))
        except NoResponseError:
            return


def _scripts(text: str) -> Iterator[tuple[int, int]]:
    """Where the page's scripts begin and end. Each character is looked at once."""
    end = 0
    while opening := _SCRIPT.search(text, end):
        start = text.find(">", opening.end()) + 1
        closing = _SCRIPT_END.search(text, start) if start else None
        if closing is None:
            return
        yield start, closing.start()
        end = closing.end()


def _ports(host: str) -> list[dict[str, Any]]:
    def one(port: int) -> dict[str, Any]:
        try:
            socket.create_connection((host, port), _PORT_SECONDS).close()
        except OSError:
            return {"port": port, "open": False}
        return {"port": port, "open": True}

    with ThreadPoolExecutor(len(PORTS)) as pool:
        return list(pool.map(one, PORTS))


def lines(source: str, probe: str, entries: list[dict[str, Any]], why: str = "") -> Document:
    """JSON lines as a document; with a reason, what was to be asked could not all be."""
    if why:
        return Document(source, f"probe:{probe}", State.FAILED, reason=why)
    content = "".join(json.dumps(entry, sort_keys=True) + "\n" for entry in entries).encode()
    return Document(source, f"probe:{probe}", State.PRESENT, content, _sha256(content))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
