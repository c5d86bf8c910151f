from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.transcriber_predicates import PREFIX, each, nothing

CONTROL = Control(
    id="jigasi-remote-transcriber",
    title="No web service chooses who hears the rooms",
    category=Category.THIRD_PARTY,
    severity=Severity.CRITICAL,
    component="jigasi",
    needs=("jigasi.config",),
    risk=(
        "The service gets the name of each room, and whoever runs it can send the voices to "
        "another recogniser without a trace here."
    ),
    upstream_default="absent",
    fix=Fix(
        by_hand=(
            "Remove org.jitsi.jigasi.transcription.remoteTranscriptionConfigUrl and restart jigasi."
        )
    ),
    references=("jitsi/jigasi: src/main/java/org/jitsi/jigasi/TranscriptionGateway.java",),
    gdpr="Art. 28, 44",
    surfaces=("jigasi-remote-config",),
    check=each(
        "transcription.remoteTranscriptionConfigUrl",
        judge=nothing("it is asked for each room which recogniser to use"),
    ),
    bad=(
        Example(
            {
                "jigasi.config": f"{PREFIX}transcription.remoteTranscriptionConfigUrl=https://asr.example.com/config\n"
            },
            at=1,
        ),
    ),
    good=(
        Example(
            {"jigasi.config": f"{PREFIX}transcription.remoteTranscriptionConfigUrl=\n"},
            note="empty",
        ),
        Example(
            {"jigasi.config": f"{PREFIX}transcription.remoteTranscriptionConfigUrl.aud=jitsi\n"},
            note="an audience for nobody",
        ),
        Example({}, absent=("jigasi.config",), note="not installed"),
    ),
    unclear=(
        Example({"jigasi.config": f"{PREFIX}transcription.remoteTranscriptionConfigUrl=<<URL>>\n"}),
    ),
)
