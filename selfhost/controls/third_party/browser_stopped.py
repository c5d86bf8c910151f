from collections.abc import Iterator

from selfhost.controls.browser_examples import OWN, request, visit
from selfhost.controls.browser_predicates import conclude, requests, when_and_who
from selfhost.controls.model import Category, Cited, Control, Example, Fix, Severity, Verdict, fail
from selfhost.effective.server import Server
from selfhost.readers.outside import Seen


def _tried(server: Server) -> Iterator[Verdict]:
    same: dict[tuple[str, str, str], list[Seen]] = {}
    for entry, _ in requests(server, "stopped"):
        what = (entry.text("url"), entry.text("kind"), entry.text("by"))
        same.setdefault(what, []).append(entry)
    for (url, kind, by), entries in same.items():
        text = f"only the {by} stopped {url} ({kind}) {when_and_who(entries)}"
        yield fail(text, *(Cited(entry.origin, entry.text("host")) for entry in entries))


def check(server: Server) -> Iterator[Verdict]:
    """Requests that the browser would have made."""
    yield from conclude(
        server, "browser.requests", _tried(server), "the pages do not even try others' hosts"
    )


CONTROL = Control(
    id="browser-stopped-requests",
    title="The settings do not even make a browser try other hosts",
    category=Category.THIRD_PARTY,
    severity=Severity.MEDIUM,
    component="web",
    needs=("browser.visit", "browser.requests"),
    risk="A setting or a page asks for a third party, and only the Content-Security-Policy stands "
    "between: in an app that embeds no such policy, or after a change of the web server, it is "
    "contacted.",
    upstream_default="no policy, so nothing is stopped",
    fix=Fix(by_hand="Switch off what asks for it: the finding names script and stage."),
    references=("https://www.w3.org/TR/CSP3/", "docs/browser.md"),
    check=check,
    bad=(
        visit(
            "browser.requests",
            OWN,
            request("https://www.gravatar.com/avatar/0", "img-src", outcome="stopped"),
            at=2,
        ),
    ),
    good=(
        visit("browser.requests", OWN),
        visit("browser.requests", request("https://cdn.example.com/x.js"), note="not stopped"),
    ),
    unclear=(
        visit("browser.requests", OWN, stopped_at="room", why="the application drew nothing"),
        Example({}, note="nothing was seen"),
    ),
)
