import re
from collections.abc import Iterator

from selfhost.controls.browser_examples import kept, visit
from selfhost.controls.browser_predicates import conclude
from selfhost.controls.model import Category, Cited, Control, Example, Fix, Severity, Verdict, fail
from selfhost.controls.web_predicates import Owner, whose
from selfhost.effective.server import Server

STORES = ("local-storage", "session-storage", "cookie", "database", "cache")
#: Names by which statistics services recognise a browser again, and upstream's list of past rooms.
MARKS = (
    (re.compile(r"_ga|_gid|_gat|_gcl_|_fbp|__utm"), "a tracker's mark of this browser"),
    (re.compile(r"amp_|amplitude_|AMP_"), "Amplitude's mark of this browser"),
    (re.compile(r"_pk_(?:id|ses)|MATOMO_"), "Matomo's mark of this browser"),
    (re.compile(r"ajs_|mp_[0-9a-f]|_hj|optimizely|intercom"), "a tracker's mark of this browser"),
    (re.compile(r"features/recent-list$"), "the list of rooms that were visited"),
)


def _found(server: Server) -> Iterator[Verdict]:
    for entry in server.outside("browser.kept"):
        if entry.text("what") not in STORES:
            continue
        key, host = entry.text("key"), entry.text("host")
        cited = Cited(entry.origin, key)
        mark = next((why for name, why in MARKS if name.match(key)), "")
        if mark:
            yield fail(f"{entry.text('what')} {key}: {mark}", cited)
        elif host and (found := whose(server, host)).owner is Owner.FOREIGN:
            yield fail(f"{entry.text('what')} {key} for {host}: {found.why}", cited)


def check(server: Server) -> Iterator[Verdict]:
    """Everything that is stored, judged by whose it is and by its name."""
    yield from conclude(
        server,
        "browser.kept",
        _found(server),
        "nothing that tells of meetings stays in the browser",
    )


CONTROL = Control(
    id="browser-kept",
    title="No mark of a tracker and no list of rooms stays in the browser",
    category=Category.RETENTION,
    severity=Severity.MEDIUM,
    component="web",
    needs=("browser.visit", "browser.kept"),
    risk="What stays in the browser tells its next user which rooms were visited, or lets a "
    "service recognise the person in later meetings.",
    upstream_default="the list of rooms is kept",
    fix=Fix(
        by_hand="Set doNotStoreRoom to true in config.js, and remove what sets the tracker's mark."
    ),
    references=("jitsi/jitsi-meet: react/features/recent-list", "docs/browser.md"),
    check=check,
    bad=(
        visit("browser.kept", kept("local-storage", "features/recent-list"), at=1),
        visit("browser.kept", kept("cookie", "_ga"), at=1),
        visit("browser.kept", kept("cookie", "id", "tracker.example.com"), at=1),
    ),
    good=(
        visit("browser.kept"),
        visit("browser.kept", kept("local-storage", "features/base/settings")),
        visit("browser.kept", kept("permission", "camera", ""), note="kept nowhere"),
        visit("browser.kept", kept("local-storage", "my_gadget"), note="only looks like it"),
    ),
    unclear=(
        visit("browser.kept", stopped_at="join"),
        Example({}, note="nothing was seen"),
    ),
)
