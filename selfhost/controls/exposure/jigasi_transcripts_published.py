from collections.abc import Iterator

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
from selfhost.controls.transcriber_predicates import (
    PREFIX,
    cannot_tell,
    each,
    not_true,
    per_gateway,
)
from selfhost.controls.web_predicates import every
from selfhost.effective.config import Config
from selfhost.effective.server import Server
from selfhost.readers.numbers import whole
from selfhost.readers.tree import Unknown

ADVERTISE = "transcription.ADVERTISE_URL"
#: The older spelling wins where it is set.
PORTS = (
    ("transcription.jetty.port", "transcription.port"),
    ("transcription.jetty.tls.port", "transcription.tls-port"),
)


def served(_server: Server, config: Config) -> Iterator[Verdict]:
    for names in PORTS:
        found = [(name, node) for name in names if (node := config.get((PREFIX + name,)))]
        if not found:
            continue
        name, node = found[0]
        if isinstance(node.value, Unknown):
            yield cannot_tell(name, node)
        elif (whole(str(node.plain()).strip()) or 0) > 0:
            yield fail(f"transcripts are served on port {node.plain()}", Cited.node(name, node))
    yield passed("no web server for transcripts", Cited(config.place, PREFIX + PORTS[0][0]))


CONTROL = Control(
    id="jigasi-transcripts-published",
    title="Transcripts are not published",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="jigasi",
    needs=("jigasi.config",),
    risk="The link of the transcript is posted in the room, and who has it reads what was said.",
    upstream_default="no link, no web server",
    fix=Fix(
        by_hand="Set org.jitsi.jigasi.transcription.ADVERTISE_URL=false and "
        "org.jitsi.jigasi.transcription.jetty.port=-1 and restart jigasi."
    ),
    references=(
        "jitsi/jigasi: src/main/java/org/jitsi/jigasi/rest/TranscriptServerBundleActivator.java",
    ),
    gdpr="Art. 32",
    surfaces=("jigasi-transcript-url",),
    check=every(
        each(ADVERTISE, judge=not_true("the link of each transcript is posted in the room")),
        per_gateway(served),
    ),
    bad=(
        Example({"jigasi.config": f"{PREFIX}{ADVERTISE}=true\n"}, at=1),
        Example({"jigasi.config": f"{PREFIX}transcription.jetty.port=8880\n"}, at=1),
        Example(
            {
                "jigasi.config": f"{PREFIX}ENABLE_SIP=true\n",
                "jigasi.hocon": "org.jitsi.jigasi {\n transcription {\n port = 8880 } }\n",
            },
            at=3,
        ),
    ),
    good=(
        Example(
            {
                "jigasi.config": f"{PREFIX}{ADVERTISE}=false\n"
                f"{PREFIX}transcription.jetty.port=-1\n"
                f"{PREFIX}transcription.BASE_URL=https://meet.example.org/transcripts\n"
            },
            note="as in Docker",
        ),
        Example(
            {
                "jigasi.config": f"{PREFIX}transcription.jetty.port=-1\n",
                "jigasi.hocon": "org.jitsi.jigasi.transcription.port = 8880\n",
            },
            note="the older spelling wins",
        ),
        Example({}, absent=("jigasi.config",), note="not installed"),
    ),
    unclear=(Example({"jigasi.config": f"{PREFIX}transcription.jetty.port=<<PORT>>\n"}),),
)
