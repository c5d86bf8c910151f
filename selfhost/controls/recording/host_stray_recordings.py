from collections.abc import Iterator

from selfhost.controls.host_predicates import listing_line
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
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.server import Server
from selfhost.readers.tree import Origin

SOURCE = "host.stray_media"
WHAT = {"media": "sound, video or captured packets", "transcript": "a transcript or subtitles"}


def check(server: Server) -> Iterator[Verdict]:
    for entry in server.listing(SOURCE):
        what = WHAT.get(entry.type, "a recording")
        yield fail(f"{entry.path} is {what} by its name and first bytes", Cited(entry.origin))
    for document in server.documents(SOURCE):
        if document.reason:
            yield unknown(f"not every folder was seen: {document.reason}", _place(document.path))
    yield passed("no recording lies about", *looked_at(server, SOURCE))


def _place(path: str) -> Cited:
    return Cited(Origin(path))


CONTROL = Control(
    id="host-stray-recordings",
    title="No recordings or transcripts lie about on the server",
    category=Category.RECORDING,
    severity=Severity.HIGH,
    confidence=Confidence.LIKELY,
    component="host",
    needs=(SOURCE,),
    risk="A file of sound or video is the proof of a recording, wherever the settings were. Files "
    "of less than 256 KiB, packages and the inside of containers are not looked at.",
    upstream_default="none",
    fix=Fix(by_hand="Find out how the file came there, then delete it; move your own films away."),
    references=("jitsi/jibri: src/main/resources/reference.conf",),
    gdpr="Art. 5(1)(e), 6",
    surfaces=("sys-media-files", "sys-transcript-files"),
    check=check,
    bad=(
        Example({SOURCE: listing_line("/home/admin/board", "media", 9 << 20)}, at=1),
        Example({SOURCE: listing_line("/var/www/transcript-board.txt", "transcript", 900)}, at=1),
    ),
    good=(Example({}),),
    unclear=(Example({SOURCE: "nonsense"}),),
)
