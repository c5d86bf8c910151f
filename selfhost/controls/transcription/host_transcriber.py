from selfhost.controls.host_predicates import (
    PROGRAM_NEEDS,
    container_line,
    no_program,
    package_line,
    process_line,
)
from selfhost.controls.model import Category, Confidence, Control, Example, Fix, Severity

CONTROL = Control(
    id="host-transcriber",
    title="No transcriber is on the server",
    category=Category.TRANSCRIPTION,
    severity=Severity.CRITICAL,
    confidence=Confidence.LIKELY,
    component="host",
    needs=PROGRAM_NEEDS,
    risk=(
        "Jigasi joins a room as a hidden participant and sends the audio "
        "to a speech service: Google, if none is named."
    ),
    upstream_default="not installed",
    fix=Fix(
        by_hand=(
            "apt-get purge jigasi; stop and remove its containers; look for "
            "transcripts that it left."
        ),
        variable="privacy_never_packages",
    ),
    references=("jitsi/jigasi: debian/control",),
    surfaces=(
        "jigasi-installed",
        "jigasi-transcription",
        "jigasi-google-speech-default",
    ),
    check=no_program("transcriber"),
    bad=(
        Example({"host.packages": package_line("jigasi")}, at=1),
        Example(
            {
                "host.processes": process_line(
                    "java -cp /usr/share/jigasi/jigasi.jar org.jitsi.jigasi.Main", "jigasi"
                )
            },
            at=1,
        ),
        Example({"host.containers": container_line("t", "jitsi/transcriber:stable")}, at=1),
    ),
    good=(
        Example({"host.packages": package_line("jicofo")}),
        Example(
            {"host.processes": process_line("tail -f /var/log/jigasi-was-here.log")},
            note="a name in an argument",
        ),
        Example({}, note="nothing of it is there"),
    ),
    unclear=(Example({"host.packages": "nonsense\n"}, note="not understood"),),
)
