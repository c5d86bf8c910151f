"""A visit: the welcome page, a room with two participants, and links that set what they may."""

import secrets
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from selfhost.browser import netlog, stages
from selfhost.browser.chromium import NET_LOG, Chromium, Reach
from selfhost.browser.hook import own_names, script
from selfhost.browser.protocol import GoneError, RefusedError
from selfhost.browser.record import Entry, Record, host_of
from selfhost.browser.stages import Stage, Tab
from selfhost.catalog.endpoints import kind_of_host, same_owner
from selfhost.catalog.hostile_links import VISITOR, Override

#: Seconds for the visit, and for each link.
VISIT_SECONDS = 120.0
LINK_SECONDS = 20.0
_MAX_SHUT = 3


@dataclass
class Seen:
    """What there is to tell, each a list of plain entries."""

    stages: list[Entry] = field(default_factory=list)
    requests: list[Entry] = field(default_factory=list)
    webrtc: list[Entry] = field(default_factory=list)
    kept: list[Entry] = field(default_factory=list)
    links: list[Entry] = field(default_factory=list)


def addresses(host: str) -> list[str]:
    """All addresses of a host; none where it has none."""
    with suppress(OSError, UnicodeError):
        return sorted({str(found[4][0]) for found in socket.getaddrinfo(host, None)})
    return []


class _Session:
    """A running browser whose pages are all watched from their first moment."""

    def __init__(self, chromium: Chromium, reach: Reach) -> None:
        self._chromium = chromium
        self.connection = chromium.connection
        self._binding = f"b{secrets.token_hex(12)}"
        self._own = own_names(reach.host)
        self._hook = script(self._binding, self._own)
        self._address = reach.address
        self.record = Record(self._is_own)
        self.sessions: dict[str, str] = {}
        #: When the links began, and the hosts that they are known to lead to.
        self.links_from = float("inf")
        self.led: set[str] = set()
        self.connection.on_event = self._event
        self.product = str(self.connection.call("Browser.getVersion").get("product", ""))
        self.connection.call(
            "Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=True, flatten=True
        )

    def _is_own(self, host: str) -> bool:
        return not kind_of_host(host) and any(same_owner(host, name) for name in self._own)

    def _event(self, method: str, params: dict[str, Any], session: str) -> None:
        if method == "Target.attachedToTarget":
            self._attached(params)
        elif method == "Page.javascriptDialogOpening":
            self.connection.send("Page.handleJavaScriptDialog", session, accept=True)
        else:
            self.record.event(method, params, session)

    def _attached(self, params: dict[str, Any]) -> None:
        session, target = params.get("sessionId"), params.get("targetInfo")
        if not isinstance(session, str) or not isinstance(target, dict):
            return
        self.sessions[str(target.get("targetId"))] = session
        say = self.connection.send
        say("Network.enable", session, maxTotalBufferSize=0, maxResourceBufferSize=0)
        if target.get("type") in ("page", "iframe"):
            say("Page.enable", session)
            say("Runtime.enable", session)
            say("DOMStorage.enable", session)
            say("Runtime.addBinding", session, name=self._binding)
            say("Page.addScriptToEvaluateOnNewDocument", session, source=self._hook)
        say(
            "Target.setAutoAttach",
            session,
            autoAttach=True,
            waitForDebuggerOnStart=True,
            flatten=True,
        )
        say("Runtime.runIfWaitingForDebugger", session)

    def tab(self) -> tuple[Tab, str]:
        """A new page in a profile of its own, and what closes it."""
        context = self.connection.call("Target.createBrowserContext", disposeOnDetach=True)
        where = str(context["browserContextId"])
        target = str(
            self.connection.call("Target.createTarget", url="about:blank", browserContextId=where)[
                "targetId"
            ]
        )
        deadline = time.monotonic() + 5
        while target not in self.sessions and time.monotonic() < deadline:
            self.connection.listen(0.05)
        if target not in self.sessions:
            raise TimeoutError("a new page does not answer")
        # Once this is answered, all that was said before is in effect: a page that is opened
        # earlier would run without the script that watches it.
        self.connection.call("Runtime.evaluate", self.sessions[target], expression="1")
        return Tab(self.connection, self.sessions[target]), where

    def load(self, tab: Tab, name: str, url: str) -> Stage:
        """Open an address; a page that is not watched counts as not reached."""
        before = self.record.watched
        stage = stages.load(tab, name, url)
        if stage.reached and self.record.watched == before:
            return Stage(name, False, "the page could not be watched")
        return stage

    def shut(self, context: str) -> None:
        """Close a page with all that it kept, which is noted first."""
        told = self.connection.call("Storage.getCookies", browserContextId=context)
        self.record.cookies(told.get("cookies", ()))
        self.connection.call("Target.disposeBrowserContext", browserContextId=context)

    def network(self) -> None:
        """Close the browser, and add what only the network's own log tells."""
        try:
            self.connection.call("Browser.close", seconds=5.0)
            self.connection.listen(5.0)
        except (GoneError, RefusedError, TimeoutError):
            pass  # it went, which was asked for
        for entry in tuple(self.record.webrtc):
            if entry["what"] == "ice" and self._is_own(entry["host"]):
                for address in addresses(entry["host"]):
                    self.record.packets("own", address, 0)
        self.record.packets("own", self._address, 0)
        for seen in netlog.read(self._chromium.profile / NET_LOG):
            if seen.kind == "request":
                if seen.at < self.links_from or host_of(seen.name) not in self.led:
                    self.record.contact(seen.name, "network", f"page {seen.who}")
            else:
                self.record.packets("packets", seen.name, seen.port)


def visit(
    base: str, room: str, reach: Reach, trusted: bool, overrides: Iterable[Override] = ()
) -> Seen:
    """Open ``base`` and ``room`` as a participant would; then the room by each hostile link.

    Raises GoneError with the reason when the browser does not start or is gone halfway; what was
    seen until then is lost on purpose, as half a visit is no visit.
    """
    seen = Seen()
    with Chromium(reach, trusted=trusted) as chromium:
        try:
            session = _Session(chromium, reach)
            if _normal(session, base, room, seen):
                _links(session, base, room, overrides, seen.links)
            session.network()
        except (GoneError, TimeoutError, RefusedError) as error:
            why = chromium.complaint
            raise GoneError(f"{error}{f' ({why})' if why else ''}") from None
        record = session.record
        seen.requests, seen.webrtc, seen.kept = record.requests, record.webrtc, record.kept
        told = {"product": session.product, "sandbox": chromium.sandboxed}
        seen.stages.append({"what": "browser", "dropped": record.dropped, **told})
    return seen


def _normal(session: _Session, base: str, room: str, seen: Seen) -> bool:
    """All stages; whether the room was entered."""
    deadline = time.monotonic() + VISIT_SECONDS

    def note(stage: Stage) -> bool:
        seen.stages.append({**stage.entry, "left": round(deadline - time.monotonic(), 1)})
        return stage.reached

    session.record.stage = "welcome"
    tab, first = session.tab()
    note(session.load(tab, "welcome", base))
    session.record.stage = "room"
    entered = False
    if note(session.load(tab, "room", _link_to(base, room))):
        session.record.stage = "join"
        if entered := note(stages.join(tab)):
            # Only with a second participant do browsers look for a way between them.
            other, second = session.tab()
            if session.load(other, "second", _link_to(base, room)).reached:
                note(Stage("second", stages.join(other).reached))
            for name, do in stages.INSIDE.items():
                session.record.stage = name
                note(do(tab))
                if time.monotonic() > deadline:
                    raise TimeoutError(f"the visit takes longer than {VISIT_SECONDS:.0f} s")
            session.shut(second)
    session.shut(first)
    return entered


def _links(
    session: _Session, base: str, room: str, overrides: Iterable[Override], told: list[Entry]
) -> None:
    """Each override; none any more after some by which the room was not entered."""
    shut = 0
    session.links_from = time.monotonic()
    for override in overrides:
        told.append(_link(session, base, room, override))
        shut = 0 if told[-1]["entered"] else shut + 1
        if shut == _MAX_SHUT:
            return


def _link_to(base: str, room: str, fragment: str = VISITOR) -> str:
    return f"{base}{quote(room)}#{fragment}"


def _link(session: _Session, base: str, room: str, override: Override) -> Entry:
    before = session.record
    session.record = record = Record(session._is_own)
    record.stage = "link"
    tab, context = session.tab()
    reached = False
    try:
        if session.load(tab, "link", _link_to(base, room, override.fragment)).reached:
            reached = stages.join(tab, LINK_SECONDS / 2).reached
            if reached and override.acts == "network":
                stages.chat(tab)
                stages.settings(tab)
        session.shut(context)
    finally:
        session.record = before
    foreign = [entry for entry in record.requests if entry["url"]]
    session.led.update(entry["host"] for entry in foreign)
    return {
        "what": "link",
        "override": override.key,
        "value": override.text,
        "acts": override.acts,
        "entered": reached,
        "let_through": sorted({e["url"] for e in foreign if e["outcome"] == "let through"})[:20],
        "stopped": sorted({e["url"] for e in foreign if e["outcome"] == "stopped"})[:20],
        "ice": sorted({e["url"] for e in record.webrtc if e["what"] == "ice"})[:20],
        "recorders": sorted({e["key"] for e in record.kept if e["what"] == "recorder"})[:5],
    }
