from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.transcriber_predicates import PREFIX, each, not_true

CONTROL = Control(
    id="jigasi-transcripts-in-chat",
    title="Transcripts are not written into the chat",
    category=Category.TRANSCRIPTION,
    severity=Severity.MEDIUM,
    component="jigasi",
    needs=("jigasi.config",),
    risk="Chat has a history: late joiners, clients and archives keep what was said.",
    upstream_default="false",
    fix=Fix(by_hand="Set org.jitsi.jigasi.transcription.SEND_TXT=false and restart jigasi."),
    references=(
        "jitsi/jigasi: src/main/java/org/jitsi/jigasi/transcription/TranscriptHandler.java",
    ),
    gdpr="Art. 5(1)(c)",
    surfaces=("jigasi-send-txt",),
    check=each("transcription.SEND_TXT", judge=not_true("each line is a chat message")),
    bad=(Example({"jigasi.config": f"{PREFIX}transcription.SEND_TXT=true\n"}, at=1),),
    good=(
        Example(
            {
                "jigasi.config": f"{PREFIX}transcription.SEND_TXT=false\n"
                f"{PREFIX}transcription.SEND_JSON=true\n"
            },
            note="captions, not chat",
        ),
        Example({}, absent=("jigasi.config",), note="not installed"),
    ),
    unclear=(Example({"jigasi.config": f"{PREFIX}transcription.SEND_TXT={{{{ .Env.TXT }}}}\n"}),),
)
