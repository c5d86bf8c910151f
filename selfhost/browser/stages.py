"""What a participant does, by the names that upstream's page gives to its parts.

Each stage tells whether it was reached. Labels are those of upstream's English texts; a page that
has others, or an own design, ends with stages that were not reached, never with a good word.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from selfhost.browser.protocol import Connection, RefusedError

LOAD_SECONDS = 20.0
SETTLE_SECONDS = 1.5

NAME = "selfhost audit"
_JOINED = "window.APP && APP.conference && APP.conference.isJoined && APP.conference.isJoined()"
_SHOWN = "(e => !!e && e.getClientRects().length > 0)"
_JOIN = '[data-testid="prejoin.joinMeeting"]'
_DRAWN = (
    "document.readyState === 'complete'"
    " && (document.querySelector('#react') || {}).childElementCount > 0"
)
#: A site may greet with a page of its own.
_OTHER_PAGE = (
    "(document.readyState === 'complete' && !document.querySelector('#react')"
    " && document.body.innerText.trim().length > 0)"
)
_DIALOG = (
    "(e => e ? e.innerText.replace(/\\s+/g, ' ').trim().slice(0, 160) : '')"
    "(document.querySelector('[role=dialog], .redirectPageMessage'))"
)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage. ``why`` it was not reached, in a few words; ``shown`` is the page's own text."""

    name: str
    reached: bool
    why: str = ""
    shown: str = ""

    @property
    def entry(self) -> dict[str, Any]:
        """As evidence."""
        return {
            "what": "stage",
            "stage": self.name,
            "reached": self.reached,
            "why": self.why,
            "shown": self.shown,
        }


class Tab:
    """One page of the browser."""

    def __init__(self, connection: Connection, session: str) -> None:
        self._connection = connection
        self.session = session

    def go(self, url: str) -> str:
        """Open an address; why it cannot be opened, in the browser's words."""
        told = self._connection.call(
            "Page.navigate",
            self.session,
            seconds=LOAD_SECONDS,
            url=url,
            referrerPolicy="noReferrer",
        )
        return str(told.get("errorText", ""))[:200]

    def evaluate(self, expression: str, seconds: float = 5.0) -> Any:
        """A value of the page; ``None`` where it cannot be had."""
        try:
            told = self._connection.call(
                "Runtime.evaluate",
                self.session,
                seconds=seconds,
                expression=expression,
                returnByValue=True,
                userGesture=True,
                awaitPromise=False,
                timeout=2000,
            )
        except (RefusedError, TimeoutError):
            return None
        result = told.get("result")
        return result.get("value") if isinstance(result, dict) else None

    def wait(self, expression: str, seconds: float) -> bool:
        """Whether it becomes true."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.evaluate(f"!!({expression})") is True:
                return True
            self._connection.listen(0.15)
        return False

    def settle(self, seconds: float | None = None) -> None:
        """Let the page do what it does by itself."""
        self._connection.listen(SETTLE_SECONDS if seconds is None else seconds)

    def click(self, *labels: str, seconds: float = 3.0) -> bool:
        """The first part with one of these accessible names, or CSS selectors in brackets."""
        chosen = [
            label if label[0] in "[#." else f"[aria-label={json.dumps(label)}]" for label in labels
        ]
        found = f"{json.dumps(chosen)}.map(s => document.querySelector(s)).find({_SHOWN})"
        if not self.wait(found, seconds):
            return False
        self.evaluate(f"{found}.click()")
        return True

    def type(self, selector: str, text: str, enter: bool = False) -> bool:
        """Text into a field, as from a keyboard."""
        field = f"document.querySelector({json.dumps(selector)})"
        if not self.wait(field, 1.0):
            return False
        self.evaluate(f"{field}.focus()")
        self._connection.call("Input.insertText", self.session, text=text)
        if enter:
            self.key("Enter", 13, "\r")
        return True

    def key(self, name: str, code: int, text: str = "") -> None:
        """One key, down and up."""
        for kind in ("keyDown", "keyUp"):
            key: dict[str, Any] = {
                "type": kind,
                "key": name,
                "code": name,
                "windowsVirtualKeyCode": code,
            }
            if text and kind == "keyDown":
                key["text"] = text
            self._connection.call("Input.dispatchKeyEvent", self.session, 10.0, **key)


def load(tab: Tab, name: str, url: str) -> Stage:
    """Open an address and see whether the application puts something there."""
    for _ in range(3):
        try:
            problem = tab.go(url)
        except (RefusedError, TimeoutError) as error:
            problem = str(error)
        if "ERR_NETWORK_CHANGED" not in problem:
            break
        tab.settle()  # an interface of this machine came or went
    if problem:
        return Stage(name, False, f"the browser says {problem}")
    drawn = tab.wait(_DRAWN if name != "welcome" else f"{_DRAWN} || {_OTHER_PAGE}", LOAD_SECONDS)
    tab.settle()
    if drawn:
        return Stage(name, True)
    return Stage(name, False, "the page loaded, but the application drew nothing")


def join(tab: Tab, seconds: float = 20.0) -> Stage:
    """Through the page before the meeting, if there is one, into the room."""
    ready = f"({_JOINED}) || document.querySelector('{_JOIN}')"
    if tab.wait(ready, 10.0) and tab.evaluate(f"!!document.querySelector('{_JOIN}')"):
        tab.type("#premeeting-name-input", NAME)
        tab.click(_JOIN)
    if tab.wait(_JOINED, seconds):
        tab.settle()
        return Stage("join", True)
    return Stage("join", False, "the room was not entered", str(tab.evaluate(_DIALOG) or ""))


def chat(tab: Tab) -> Stage:
    """Write something, to nobody."""
    shown = tab.click("Open chat", "Open / Close chat")
    typed = shown and tab.type("#chat-input textarea, #usermsg, textarea", "hello", enter=True)
    _also(tab, "Toggle GIPHY menu")
    tab.settle(SETTLE_SECONDS if shown else 0)
    tab.click("Close chat", seconds=0.3)
    return _done("chat", shown and typed)


def share(tab: Tab) -> Stage:
    """Share a screen that is none."""
    shown = tab.click("Start sharing your screen", "Toggle screenshare")
    tab.settle(SETTLE_SECONDS if shown else 0)
    tab.click("Stop sharing your screen", seconds=0.3)
    return _done("share", shown)


def settings(tab: Tab) -> Stage:
    """Open the menu, the settings, and what the menu has of others."""
    shown = tab.click("Open settings", "Toggle settings", seconds=0.3)
    if not shown and tab.click("More actions", "Toggle more actions menu"):
        tab.settle(0.3)
        shown = tab.click("Open settings", "Toggle settings")
    tab.settle(SETTLE_SECONDS if shown else 0)
    tab.key("Escape", 27)
    _also(tab, "Show whiteboard", "Toggle shared document")
    return _done("settings", shown)


def leave(tab: Tab) -> Stage:
    """Hang up."""
    shown = tab.click("Leave the meeting")
    tab.click("Leave meeting", "#hangup-menu-leave", seconds=0.3)
    tab.settle(SETTLE_SECONDS if shown else 0)
    return _done("leave", shown)


#: In this order, each in a room that was entered.
INSIDE: dict[str, Callable[[Tab], Stage]] = {
    "chat": chat,
    "share": share,
    "settings": settings,
    "leave": leave,
}


def _also(tab: Tab, *labels: str) -> None:
    for label in labels:
        if tab.click(label, seconds=0.2):
            tab.settle()


def _done(name: str, reached: bool) -> Stage:
    return Stage(name, reached, "" if reached else "its button was not found")
