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
    unknown,
)
from selfhost.controls.transcriber_predicates import (
    PREFIX,
    cannot_tell,
    java_true,
    per_gateway,
    transcribes,
)
from selfhost.effective.config import Config
from selfhost.effective.server import Server
from selfhost.readers.tree import Unknown

NAME = "transcription.FILTER_SILENCE"


def judge(_server: Server, config: Config) -> Iterator[Verdict]:
    node = config.get((PREFIX + NAME,))
    active = transcribes(config)
    place = Cited(config.place, PREFIX + NAME) if node is None else Cited.node(PREFIX + NAME, node)
    if active is False:
        yield passed("it does not transcribe", place)
    elif node is not None and isinstance(node.value, Unknown):
        yield cannot_tell(NAME, node)
    elif node is not None and java_true(node.value):
        yield passed("silence is left out", place)
    elif active is None:
        yield unknown("whether it transcribes is not known", place)
    else:
        yield fail("silence, and whatever is heard in it, is sent to the recogniser", place)


CONTROL = Control(
    id="jigasi-silence",
    title="Only speech is sent to the recogniser",
    category=Category.TRANSCRIPTION,
    severity=Severity.LOW,
    component="jigasi",
    needs=("jigasi.config",),
    risk="Without the filter the recogniser hears the room all the time, not only what is said.",
    upstream_default="false",
    fix=Fix(by_hand="Set org.jitsi.jigasi.transcription.FILTER_SILENCE=true and restart jigasi."),
    references=("jitsi/jigasi: src/main/java/org/jitsi/jigasi/transcription/Transcriber.java",),
    gdpr="Art. 5(1)(c)",
    surfaces=("jigasi-filter-silence",),
    check=per_gateway(judge),
    bad=(
        Example({"jigasi.config": f"{PREFIX}ENABLE_TRANSCRIPTION=true\n"}, note="the default"),
        Example(
            {"jigasi.config": f"{PREFIX}ENABLE_TRANSCRIPTION=true\n{PREFIX}{NAME} = false\n"}, at=2
        ),
    ),
    good=(
        Example({"jigasi.config": f"{PREFIX}ENABLE_TRANSCRIPTION=true\n{PREFIX}{NAME} = true\n"}),
        Example({"jigasi.config": f"{PREFIX}ENABLE_SIP=true\n"}, note="does not transcribe"),
        Example({}, absent=("jigasi.config",), note="not installed"),
    ),
    unclear=(Example({"jigasi.config": f"{PREFIX}ENABLE_TRANSCRIPTION=<<T>>\n"}),),
)
