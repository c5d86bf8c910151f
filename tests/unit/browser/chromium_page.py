"""A page of ours in real Chromium, at any width, light or dark; axe-core asks what is wrong."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from selfhost.browser.chromium import NOWHERE, Chromium
from selfhost.browser.protocol import Connection

Violation = dict[str, Any]


class ShownPage:
    """One tab."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        target = connection.call("Target.createTarget", url="about:blank")["targetId"]
        told = connection.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = str(told["sessionId"])

    def _call(self, method: str, **params: Any) -> dict[str, Any]:
        return self._connection.call(method, self._session, 60.0, **params)

    def show(self, html: str) -> None:
        """Put the page there."""
        frame = self._call("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self._call("Page.setDocumentContent", frameId=frame, html=html)

    def look(self, width: int, *, dark: bool = False, height: int = 900) -> None:
        """As on a screen of that width."""
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", features=[scheme])

    def value(self, expression: str) -> Any:
        """Of JavaScript that a test runs in the page; the page itself has none."""
        told = self._call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def violations(self, *rules: str) -> list[Violation]:
        """What axe-core finds by all its rules or some, of any impact, with all unfolded."""
        self.value("document.querySelectorAll('details').forEach(one => one.open = true)")
        if not self.value("typeof axe === 'object'"):
            self.value(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
        options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
        if rules:
            options["runOnly"] = list(rules)
        found: list[Violation] = self.value(
            f"axe.run(document, {json.dumps(options)})"
            ".then(found => found.violations.map("
            "one => ({rule: one.id, impact: one.impact, help: one.help,"
            " at: one.nodes.slice(0, 3).map(node => node.html.slice(0, 200))})))"
        )
        return found


@contextmanager
def chromium_page() -> Iterator[ShownPage]:
    """One browser, one tab."""
    with Chromium(NOWHERE, trusted=True, asked_by="this test") as chromium:
        yield ShownPage(chromium.connection)
