from collections.abc import Iterator

from selfhost.controls.browser_examples import OWN, request, visit
from selfhost.controls.browser_predicates import conclude, foreign
from selfhost.controls.model import Category, Control, Example, Fix, Severity, Verdict
from selfhost.effective.server import Server


def check(server: Server) -> Iterator[Verdict]:
    """Every request of a real browser that nothing stopped."""
    found = foreign(server, "let through", measuring=False)
    yield from conclude(server, "browser.requests", found, "the browser contacts own hosts only")


CONTROL = Control(
    id="browser-requests",
    title="A participant's browser contacts the deployment's own hosts only",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="web",
    needs=("browser.visit", "browser.requests"),
    risk="Each host that a browser contacts learns who meets, when and from where; a script from "
    "there can do all that the page can.",
    upstream_default="several hosts of third parties, by settings and link",
    fix=Fix(
        variable="web_content_security_policy",
        by_hand="Switch off the setting behind the request, and serve a Content-Security-Policy "
        "that names own hosts only.",
    ),
    references=("https://www.w3.org/TR/CSP3/", "docs/browser.md"),
    surfaces=("default-outbound-hosts-browser", "web-foreign-subresources"),
    check=check,
    bad=(
        visit("browser.requests", OWN, request("https://cdn.example.com/x.js"), at=2),
        visit("browser.requests", request("wss://ws.example.com/", "WebSocket"), at=1),
        visit(
            "browser.requests",
            request("https://fonts.gstatic.com/", "preconnect"),
            at=1,
            note="only announced",
        ),
        visit(
            "browser.requests",
            request("https://cdn.example.com/x.js"),
            at=1,
            stopped_at="join",
            note="before any room",
        ),
    ),
    good=(
        visit("browser.requests", OWN),
        visit("browser.requests", OWN, request("https://static.example.org/app.js")),
        visit("browser.requests", OWN, stopped_at="share", note="a part that is switched off"),
        visit(
            "browser.requests",
            request("https://cdn.example.com/x.js", outcome="stopped"),
            note="the policy stopped it, which another control judges",
        ),
        visit(
            "browser.requests",
            request("https://www.google-analytics.com/a.js"),
            note="a tracker, which another control judges",
        ),
    ),
    unclear=(
        visit("browser.requests", OWN, stopped_at="join", note="the room was not entered"),
        visit("browser.requests", stopped_at="welcome", note="the page did not run"),
        visit("browser.requests", OWN, dropped=3, note="more than was written down"),
        visit("browser.requests", OWN, request("http://8.8.8.8/x"), note="whose is it?"),
        Example({}, note="nothing was seen"),
    ),
)
