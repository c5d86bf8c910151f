from selfhost.controls.host_predicates import listing_line, nothing_listed
from selfhost.controls.model import (
    Category,
    Confidence,
    Control,
    Example,
    Fix,
    Severity,
)

SOURCE = "host.media_files"


CONTROL = Control(
    id="host-recordings",
    title="No recordings or transcripts lie in their usual places",
    category=Category.RECORDING,
    severity=Severity.CRITICAL,
    confidence=Confidence.LIKELY,
    component="host",
    needs=(SOURCE,),
    risk="What was said in a call is kept on disk, and goes wherever backups go.",
    upstream_default="no such folders",
    fix=Fix(by_hand="Find out how the files came there, then delete them and the folder."),
    references=("jitsi/jibri: src/main/resources/reference.conf",),
    gdpr="Art. 5(1)(e), 6",
    surfaces=(
        "sys-media-files",
        "sys-transcript-files",
        "jibri-recordings-directory",
        "docker-storage-tree",
        "docker-legacy-paths",
    ),
    check=nothing_listed(
        SOURCE, "{} lies where recordings and transcripts lie", "the usual places are empty"
    ),
    bad=(
        Example({SOURCE: listing_line("/srv/recordings/board.mp4")}, at=1),
        Example(
            {SOURCE: listing_line("/root/.jitsi-meet-cfg/transcripts/x.txt")},
            at=1,
            note="where older Docker releases kept them",
        ),
    ),
    good=(Example({}, absent=(SOURCE,), note="no such folders"), Example({})),
    unclear=(Example({"host.media_files": "nonsense\n"}, note="not understood"),),
)
