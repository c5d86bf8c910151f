from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.transcriber_predicates import PREFIX, each, not_true

CONTROL = Control(
    id="jigasi-record-audio",
    title="The gateway records no sound",
    category=Category.RECORDING,
    severity=Severity.CRITICAL,
    component="jigasi",
    needs=("jigasi.config",),
    risk=(
        "A second, little known recorder: the whole conference as one file beside the transcripts."
    ),
    upstream_default="false",
    fix=Fix(
        by_hand=(
            "Set org.jitsi.jigasi.transcription.RECORD_AUDIO=false, restart jigasi, and delete "
            "*.wav in its folder."
        )
    ),
    references=(
        "jitsi/jigasi: "
        "src/main/java/org/jitsi/jigasi/transcription/AbstractTranscriptPublisher.java",
    ),
    gdpr="Art. 5(1)(b), 6, 9",
    surfaces=("jigasi-record-audio",),
    check=each(
        "transcription.RECORD_AUDIO",
        judge=not_true("the sound of each meeting is written to a wav file"),
    ),
    bad=(Example({"jigasi.config": f"{PREFIX}transcription.RECORD_AUDIO=true\n"}, at=1),),
    good=(
        Example(
            {
                "jigasi.config": f"{PREFIX}transcription.RECORD_AUDIO=false\n"
                f"{PREFIX}transcription.RECORD_AUDIO_FORMAT=wav\n"
            },
            note="a format records nothing",
        ),
        Example({"jigasi.config": f"#{PREFIX}transcription.RECORD_AUDIO=true\n"}, note="a comment"),
        Example({}, absent=("jigasi.config",), note="not installed"),
    ),
    unclear=(
        Example(
            {
                "jigasi.config": f"{{{{ if .Env.REC }}}}\n"
                f"{PREFIX}transcription.RECORD_AUDIO=true\n{{{{ end }}}}\n"
            }
        ),
    ),
)
