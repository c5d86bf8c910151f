from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.transcriber_predicates import PREFIX, each, not_true

CONTROL = Control(
    id="jigasi-transcription",
    title="The gateway does not transcribe",
    category=Category.TRANSCRIPTION,
    severity=Severity.CRITICAL,
    component="jigasi",
    needs=("jigasi.config",),
    risk=(
        "A hidden participant hears the room, sends each voice to a recogniser, and sends every "
        "line of text back to the room."
    ),
    upstream_default="false; true in Docker's transcriber",
    fix=Fix(
        by_hand=(
            "Set org.jitsi.jigasi.ENABLE_TRANSCRIPTION=false in sip-communicator.properties and "
            "restart jigasi."
        )
    ),
    references=("jitsi/jigasi: src/main/java/org/jitsi/jigasi/JigasiBundleActivator.java",),
    gdpr="Art. 5(1)(b), 6, 9",
    surfaces=(
        "jigasi-transcription",
        "jigasi-send-json",
    ),
    check=each(
        "ENABLE_TRANSCRIPTION", judge=not_true("everything that is said is turned into text")
    ),
    bad=(
        Example({"jigasi.config": f"# x\n{PREFIX}ENABLE_TRANSCRIPTION=true\n"}, at=2),
        Example(
            {
                "jigasi.config": f"{PREFIX}ENABLE_TRANSCRIPTION=false\n"
                f"{PREFIX}ENABLE_TRANSCRIPTION: TRUE\n"
            },
            at=2,
            note="the last duplicate wins",
        ),
    ),
    good=(
        Example({"jigasi.config": f"#{PREFIX}ENABLE_TRANSCRIPTION=true\n"}, note="a comment"),
        Example(
            {"jigasi.config": f"{PREFIX}ENABLE_TRANSCRIPTION=yes\n"}, note="Java takes only true"
        ),
        Example({"jigasi.config": "ENABLE_TRANSCRIPTION=true\n"}, note="another key"),
        Example({}, absent=("jigasi.config",), note="not installed"),
    ),
    unclear=(Example({"jigasi.config": f"{PREFIX}ENABLE_TRANSCRIPTION={{{{ .Env.X }}}}\n"}),),
)
