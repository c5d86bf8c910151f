from collections.abc import Iterator

from selfhost.controls.host_predicates import listing_line
from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
)
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.server import Server

SOURCE = "web.public"


def _check(server: Server) -> Iterator[Verdict]:
    for entry in server.listing(SOURCE):
        yield fail(f"everybody can fetch {entry.path}", Cited(entry.origin))
    yield passed("the folder is empty", *looked_at(server, SOURCE))


CONTROL = Control(
    id="web-public-folder",
    title="Nothing lies in the folder for add-ons",
    category=Category.EXPOSURE,
    severity=Severity.LOW,
    component="web",
    needs=(SOURCE,),
    risk="The site serves what lies there under /_api/public/ to everybody.",
    upstream_default="an empty folder, or none",
    fix=Fix(by_hand="Remove the files from /etc/jitsi/meet/public."),
    references=("jitsi/jitsi-meet: doc/debian/jitsi-meet/jitsi-meet.example",),
    surfaces=("nginx-public-api-alias",),
    check=_check,
    bad=(Example({SOURCE: listing_line("/etc/jitsi/meet/public/rooms.json")}, at=1),),
    good=(Example({}, absent=(SOURCE,), note="no such folder"), Example({})),
)
