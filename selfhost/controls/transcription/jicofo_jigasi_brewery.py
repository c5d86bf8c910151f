from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import empty, setting

CONTROL = Control(
    id="jicofo-jigasi-brewery",
    title="The focus can call no transcriber",
    category=Category.TRANSCRIPTION,
    severity=Severity.CRITICAL,
    component="jicofo",
    needs=("jicofo.config",),
    risk=(
        "With this key the focus looks for Jigasi gateways in that room "
        "and can call a transcriber or a telephone gateway into any "
        "conference."
    ),
    upstream_default="not set",
    fix=Fix(
        by_hand="Remove jigasi.brewery-jid from jicofo.conf and restart jicofo.",
        variable="jicofo_jigasi_brewery",
        value="''",
    ),
    references=("jitsi/jicofo: jicofo/src/main/resources/reference.conf",),
    surfaces=("jicofo-jigasi-brewery",),
    check=setting(
        lambda server: server.jicofo,
        "jicofo.jigasi.brewery-jid",
        judge=empty("transcribers and telephone gateways are looked for there"),
    ),
    bad=(
        Example(
            {
                "jicofo.config": (
                    "jicofo {\n"
                    "  jigasi { brewery-jid = "
                    '"JigasiBrewery@internal.auth.meet.example.org" }\n'
                    "}\n"
                )
            },
            at=2,
        ),
    ),
    good=(
        Example(
            {
                "jicofo.config": (
                    "jicofo { bridge { brewery-jid = "
                    '"JvbBrewery@internal.auth.meet.example.org" } }\n'
                )
            }
        ),
        Example(
            {"jicofo.config": '# jicofo.jigasi.brewery-jid = "x"\njicofo {}\n'},
            note="a comment is not a setting",
        ),
        Example({}, absent=("jicofo.config",), note="not installed"),
    ),
    unclear=(Example({"jicofo.config": "jicofo.jigasi.brewery-jid = ${JIGASI}\n"}),),
)
