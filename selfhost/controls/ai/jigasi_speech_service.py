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
from selfhost.controls.transcriber_predicates import PREFIX, cannot_tell, per_gateway, transcribes
from selfhost.effective.config import Config
from selfhost.effective.server import Server
from selfhost.readers.tree import Unknown

NAME = "transcription.customService"
KEY = PREFIX + NAME
#: Classes of upstream's recognisers that run where the operator says.
OWN = ("VoskTranscriptionService", "WhisperTranscriptionService")
CLOUD = {
    "GoogleCloudTranscriptionService": "Google",
    "OracleTranscriptionService": "Oracle",
}
#: Keys that have no use but with a cloud's recogniser.
TELLING = {
    "transcription.oci.websocketUrl": "Oracle",
    "transcription.oci.compartmentId": "Oracle",
    "transcription.google_model": "Google",
}


def judge(_server: Server, config: Config) -> Iterator[Verdict]:
    node = config.get((KEY,))
    active = transcribes(config)
    if node is None or not str(node.plain()).strip():
        place = Cited(config.place, KEY)
        if active:
            yield fail("no recogniser is named: every voice goes to Google", place)
        elif active is None:
            yield unknown("no recogniser is named, and whether it transcribes is not known", place)
        else:
            yield passed("no recogniser is named, and none is needed", place)
    elif isinstance(node.value, Unknown):
        yield cannot_tell(NAME, node)
    else:
        name = str(node.value).strip().rpartition(".")[2]
        cited = Cited.node(KEY, node)
        if name in CLOUD:
            yield fail(f"every voice goes to {CLOUD[name]} ({name})", cited)
        elif name in OWN:
            yield passed(f"{name} asks the server that it is told to", cited)
        else:
            yield unknown(f"{node.value} is no recogniser of upstream's", cited)
    for telling, vendor in TELLING.items():
        found = config.get((PREFIX + telling,))
        if found is None or not str(found.plain()).strip():
            continue
        if isinstance(found.value, Unknown):
            yield cannot_tell(telling, found)
            continue
        what = f"{telling} is set: {vendor} is to recognise speech"
        yield fail(what, Cited.node(PREFIX + telling, found))


CONTROL = Control(
    id="jigasi-speech-service",
    title="No cloud recognises what is said",
    category=Category.AI,
    severity=Severity.CRITICAL,
    component="jigasi",
    needs=("jigasi.config",),
    risk=(
        "The sound of each speaker is sent to a cloud service. Where no service is named, that is "
        "Google."
    ),
    upstream_default="absent, which means Google Cloud Speech",
    fix=Fix(
        by_hand="Set org.jitsi.jigasi.ENABLE_TRANSCRIPTION=false. Where transcription is wanted, "
        "set org.jitsi.jigasi.transcription.customService to "
        "org.jitsi.jigasi.transcription.VoskTranscriptionService with an address of your own."
    ),
    references=(
        "jitsi/jigasi: src/main/java/org/jitsi/jigasi/TranscriptionGateway.java",
        "jitsi/jigasi: "
        "src/main/java/org/jitsi/jigasi/transcription/OracleTranscriptionService.java",
    ),
    gdpr="Art. 9, 28, 44",
    surfaces=("jigasi-google-speech-default", "jigasi-oracle", "jigasi-google-video-model"),
    check=per_gateway(judge),
    bad=(
        Example({"jigasi.config": f"{PREFIX}ENABLE_TRANSCRIPTION=true\n"}, note="the default"),
        Example(
            {
                "jigasi.config": f"{PREFIX}ENABLE_TRANSCRIPTION=true\n"
                f"{KEY}=org.jitsi.jigasi.transcription.GoogleCloudTranscriptionService\n"
            },
            at=2,
        ),
        Example(
            {"jigasi.config": f"{PREFIX}transcription.oci.compartmentId=ocid1.compartment\n"}, at=1
        ),
    ),
    good=(
        Example({"jigasi.config": f"{PREFIX}ENABLE_SIP=true\n"}, note="does not transcribe"),
        Example(
            {
                "jigasi.config": f"{PREFIX}ENABLE_TRANSCRIPTION=true\n"
                f"{KEY}=org.jitsi.jigasi.transcription.VoskTranscriptionService\n"
            }
        ),
        Example(
            {"jigasi.config": f"# {PREFIX}transcription.USE_VIDEO_MODEL = false\n"},
            note="a comment of the sample",
        ),
        Example({}, absent=("jigasi.config",), note="not installed"),
    ),
    unclear=(
        Example({"jigasi.config": f"{KEY}=com.example.OwnService\n"}),
        Example({"jigasi.config": f"{PREFIX}transcription.oci.compartmentId={{{{ .Env.C }}}}\n"}),
        Example({"jigasi.config": f"{PREFIX}ENABLE_TRANSCRIPTION={{{{ .Env.T }}}}\n"}),
    ),
)
