from collections.abc import Iterator

from selfhost.controls.browser_examples import kept, visit
from selfhost.controls.browser_predicates import conclude, done
from selfhost.controls.model import Category, Control, Example, Fix, Severity, Verdict
from selfhost.effective.server import Server

#: What a meeting is for.
MEETING = ("camera", "microphone", "display-capture", "notifications")


def check(server: Server) -> Iterator[Verdict]:
    """What the user was, or would have been, asked to allow."""
    found = done(server, "permission", "asked for by", MEETING)
    yield from conclude(server, "browser.kept", found, "only what a meeting needs is asked for")


CONTROL = Control(
    id="browser-permissions",
    title="The pages ask for no more than a meeting needs",
    category=Category.EXPOSURE,
    severity=Severity.MEDIUM,
    component="web",
    needs=("browser.visit", "browser.kept"),
    risk="A page that may read position, clipboard or devices learns what has nothing to do with "
    "the meeting.",
    upstream_default="camera, microphone, screen",
    fix=Fix(by_hand="Remove the script that the finding names from the page."),
    references=("https://www.w3.org/TR/permissions/", "docs/browser.md"),
    check=check,
    bad=(
        visit("browser.kept", kept("permission", "geolocation", ""), at=1),
        visit("browser.kept", kept("permission", "clipboard-read", ""), at=1),
    ),
    good=(
        visit("browser.kept", kept("permission", "camera", "")),
        visit("browser.kept", kept("local-storage", "geolocation"), note="a name in storage"),
    ),
    unclear=(
        visit("browser.kept", stopped_at="welcome"),
        Example({}, note="nothing was seen"),
    ),
)
