from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.transcriber_predicates import PREFIX, each, nothing

CONTROL = Control(
    id="jigasi-default-room",
    title="Callers do not land in a room of their own accord",
    category=Category.EXPOSURE,
    severity=Severity.MEDIUM,
    component="jigasi",
    needs=("jigasi.config",),
    risk="Whoever dials the number hears and speaks in this room without having named it.",
    upstream_default="absent",
    fix=Fix(by_hand="Remove org.jitsi.jigasi.DEFAULT_JVB_ROOM_NAME and restart jigasi."),
    references=("jitsi/jigasi: src/main/java/org/jitsi/jigasi/AbstractGateway.java",),
    gdpr="Art. 32",
    surfaces=("jigasi-default-room",),
    check=each("DEFAULT_JVB_ROOM_NAME", judge=nothing("callers without a room land there")),
    bad=(
        Example(
            {"jigasi.config": f"{PREFIX}DEFAULT_JVB_ROOM_NAME=test@conference.example.org\n"},
            at=1,
        ),
    ),
    good=(
        Example(
            {"jigasi.config": f"#{PREFIX}DEFAULT_JVB_ROOM_NAME=siptest@conference.x\n"},
            note="a comment, as in the sample",
        ),
        Example({}, absent=("jigasi.config",), note="not installed"),
    ),
    unclear=(
        Example(
            {"jigasi.config": f"{PREFIX}DEFAULT_JVB_ROOM_NAME=siptest@conference.<<DOMAIN_BASE>>\n"}
        ),
    ),
)
