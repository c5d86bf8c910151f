from collections.abc import Iterator
from urllib.parse import urlsplit

from selfhost.controls.model import (
    Category,
    Cited,
    Confidence,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
    unknown,
)
from selfhost.controls.outside_examples import page, path, seen
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.server import Server
from selfhost.readers.outside import Seen

#: What it means that something answers there. The page of a room answers everywhere else.
MEANING = {
    "/transcripts/": "transcripts of meetings are served",
    "/recordings/": "recordings are served",
    "/rtcstats-ws/": "traces of calls are collected",
    "/rtc-visualizer/": "collected traces of calls can be looked at",
    "/load-test/": "the load-test client is served",
    "/colibri/stats": "the bridge's control interface is published",
    "/about/health": "a program's control interface is published",
    "/.env": "the deployment's settings with its passwords are served",
}
#: A folder that is there and may not be listed answers 403; one behind a login 401.
THERE = (200, 401, 403, 426)


def check(server: Server) -> Iterator[Verdict]:
    """Places that a meeting has no need of."""
    tried = [a for a in server.outside("outside.responses") if a.text("what") == "path"]
    bad = False
    always = {a.number("status") for a in tried if "/no-folder-is-called-so/" in a.text("url")}
    for answer in tried:
        what = MEANING.get(urlsplit(answer.text("url")).path)
        if what is not None and _there(answer, always):
            bad = True
            status = answer.number("status")
            yield fail(f"{answer.text('url')} answers ({status}): {what}", Cited(answer.origin))
    if not tried:
        yield unknown("no place was tried", *looked_at(server, "outside.responses"))
    elif not bad:
        yield passed(f"nothing of {len(tried)} places answers", Cited(tried[0].origin))


def _there(answer: Seen, always: set[int]) -> bool:
    """Upstream's web server gives the page of a room for a name that it does not know."""
    status, kind = answer.number("status"), answer.header("content-type")
    path = urlsplit(answer.text("url")).path
    if status == 200:
        data = "json" in kind or kind.startswith(("text/plain", "application/octet-stream"))
        return data if path in ("/colibri/stats", "/about/health", "/.env") else False
    folder = path.endswith("/") and path not in ("/etherpad/",)
    return folder and status in THERE and status not in always


CONTROL = Control(
    id="outside-served-places",
    title="No recordings, transcripts or control interfaces are served",
    category=Category.EXPOSURE,
    severity=Severity.CRITICAL,
    component="web",
    needs=("outside.responses",),
    risk="What is kept of meetings can be fetched by whoever knows or guesses an address, and what "
    "steers the server answers to strangers.",
    upstream_default="Docker images serve /transcripts/; nothing else",
    fix=Fix(by_hand="Remove the location from the web server, and delete what it served."),
    references=(
        "jitsi/docker-jitsi-meet: web/rootfs/defaults/meet.conf",
        "jitsi/jigasi: AbstractTranscriptPublisher.java",
    ),
    confidence=Confidence.LIKELY,
    surfaces=("nginx-transcripts-directory", "nginx-rtcstats-proxy", "nginx-rtc-visualizer"),
    check=check,
    bad=(
        seen("outside.responses", page(), path("/transcripts/", 403), at=2),
        seen("outside.responses", path("/rtcstats-ws/", 426), at=1),
        seen("outside.responses", path("/colibri/stats", 200, "application/json"), at=1),
        seen("outside.responses", path("/.env", 200, "text/plain"), at=1),
    ),
    good=(
        seen("outside.responses", path("/transcripts/", 404), path("/about/health", 404)),
        seen(
            "outside.responses",
            path("/load-test/", 200),
            path("/.env", 200),
            note="the page of a room that is called so",
        ),
        seen(
            "outside.responses",
            path("/no-folder-is-called-so/", 403),
            path("/transcripts/", 403),
            note="a server that says so to everything",
        ),
        seen("outside.responses", path("/http-bind", 200, "text/html"), note="BOSH itself"),
    ),
    unclear=(
        seen("outside.responses", page()),
        Example({}, note="nothing was seen"),
    ),
)
