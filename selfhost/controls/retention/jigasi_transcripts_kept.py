from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.transcriber_predicates import PREFIX, each, not_true

CONTROL = Control(
    id="jigasi-transcripts-kept",
    title="The gateway keeps no transcripts",
    category=Category.RETENTION,
    severity=Severity.CRITICAL,
    component="jigasi",
    needs=("jigasi.config",),
    risk=(
        "The whole text of each meeting, with names, lands in "
        "org.jitsi.jigasi.transcription.DIRECTORY and nothing ever removes it; in Docker the web "
        "server offers that folder to anybody."
    ),
    upstream_default="false; SAVE_TXT is true in Docker's transcriber",
    fix=Fix(
        by_hand=(
            "Set SAVE_TXT and SAVE_JSON to false (JIGASI_TRANSCRIBER_ENABLE_SAVING=0 in Docker), "
            "restart jigasi, and delete the transcripts that are there."
        )
    ),
    references=(
        "jitsi/jigasi: src/main/java/org/jitsi/jigasi/transcription/TranscriptHandler.java",
    ),
    gdpr="Art. 5(1)(e), 9, 32",
    surfaces=(
        "jigasi-save-txt",
        "jigasi-save-json",
        "jigasi-transcript-directory",
    ),
    check=each(
        "transcription.SAVE_TXT",
        "transcription.SAVE_JSON",
        judge=not_true("the text of each meeting is written to disk"),
    ),
    bad=(
        Example({"jigasi.config": f"{PREFIX}transcription.SAVE_TXT=true\n"}, at=1),
        Example(
            {
                "jigasi.config": f"{PREFIX}transcription.SAVE_TXT=false\n"
                f"{PREFIX}transcription.SAVE_JSON = true\n"
            },
            at=2,
        ),
    ),
    good=(
        Example({"jigasi.config": f"{PREFIX}transcription.SAVE_TXT=false\n"}),
        Example(
            {"jigasi.config": f"# {PREFIX}transcription.SAVE_TXT=true\n"},
            note="a comment, as in the sample",
        ),
        Example(
            {"jigasi.config": f"{PREFIX}transcription.DIRECTORY=/var/lib/jigasi/transcripts\n"},
            note="a folder keeps nothing by itself",
        ),
        Example(
            {
                "jigasi.config": f"{PREFIX}transcription.SAVE_TXT=true\n"
                f"{PREFIX}transcription.SAVE_TXT=false\n"
            },
            note="the last wins",
        ),
        Example({}, absent=("jigasi.config",), note="not installed"),
    ),
    unclear=(Example({"jigasi.config": f"{PREFIX}transcription.SAVE_TXT=<<SAVE>>\n"}),),
)
