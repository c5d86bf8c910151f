from collections.abc import Iterator

from selfhost.controls.browser_examples import kept, visit
from selfhost.controls.browser_predicates import conclude, done
from selfhost.controls.model import Category, Control, Example, Fix, Severity, Verdict
from selfhost.effective.server import Server


def check(server: Server) -> Iterator[Verdict]:
    """Recorders that a page started though nobody had asked for one."""
    found = done(server, "recorder", "started by")
    yield from conclude(server, "browser.kept", found, "no page starts a recorder by itself")


CONTROL = Control(
    id="browser-recorder",
    title="No page records by itself",
    category=Category.RECORDING,
    severity=Severity.CRITICAL,
    component="web",
    needs=("browser.visit", "browser.kept"),
    risk="A recorder in the page keeps or sends sound and picture, and the server sees nothing of "
    "it.",
    upstream_default="none",
    fix=Fix(by_hand="Remove the script that the finding names from the page."),
    references=("https://www.w3.org/TR/mediastream-recording/", "docs/browser.md"),
    check=check,
    bad=(visit("browser.kept", kept("recorder", "MediaRecorder", ""), at=1),),
    good=(
        visit("browser.kept"),
        visit("browser.kept", kept("permission", "microphone", ""), note="to be heard"),
    ),
    unclear=(
        visit("browser.kept", stopped_at="join"),
        Example({}, note="nothing was seen"),
    ),
)
