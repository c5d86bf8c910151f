from selfhost.controls.host_predicates import listing_line, nothing_listed
from selfhost.controls.model import (
    Category,
    Control,
    Example,
    Fix,
    Severity,
)

SOURCE = "web.public"


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
    check=nothing_listed(SOURCE, "everybody can fetch {}", "the folder is empty"),
    bad=(Example({SOURCE: listing_line("/etc/jitsi/meet/public/rooms.json")}, at=1),),
    good=(Example({}, absent=(SOURCE,), note="no such folder"), Example({})),
    unclear=(Example({"web.public": "nonsense\n"}, note="not understood"),),
)
