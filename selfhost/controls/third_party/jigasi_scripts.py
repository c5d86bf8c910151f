from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.transcriber_predicates import PREFIX, each, not_true

CONTROL = Control(
    id="jigasi-scripts",
    title="No script takes transcripts away",
    category=Category.THIRD_PARTY,
    severity=Severity.CRITICAL,
    component="jigasi",
    needs=("jigasi.config",),
    risk=(
        "The scripts run after each meeting with the folder of its transcript: the usual way to "
        "upload or mail it."
    ),
    upstream_default="false",
    fix=Fix(
        by_hand=(
            "Set org.jitsi.jigasi.transcription.EXECUTE_SCRIPTS=false and restart jigasi; read the "
            "scripts to learn where transcripts went."
        )
    ),
    references=(
        "jitsi/jigasi: "
        "src/main/java/org/jitsi/jigasi/transcription/AbstractTranscriptPublisher.java",
    ),
    gdpr="Art. 28, 44",
    surfaces=("jigasi-transcript-scripts",),
    check=each(
        "transcription.EXECUTE_SCRIPTS", judge=not_true("scripts get each transcript and recording")
    ),
    bad=(Example({"jigasi.config": f"{PREFIX}transcription.EXECUTE_SCRIPTS=true\n"}, at=1),),
    good=(
        Example(
            {"jigasi.config": f"{PREFIX}transcription.SCRIPTS_TO_EXECUTE_LIST=/srv/x.sh\n"},
            note="a list that is not run",
        ),
        Example({"jigasi.config": f"{PREFIX}transcription.EXECUTE_SCRIPTS=false\n"}),
        Example({}, absent=("jigasi.config",), note="not installed"),
    ),
    unclear=(Example({"jigasi.config": f"{PREFIX}transcription.EXECUTE_SCRIPTS=${{SCRIPTS}}\n"}),),
)
