from selfhost.controls.logging_predicates import not_written
from selfhost.controls.model import Category, Control, Example, Fix, Severity

HANDLERS = "handlers = java.util.logging.FileHandler\n"

CONTROL = Control(
    id="jibri-debug-log",
    title="A recorder logs no details of meetings",
    category=Category.RETENTION,
    severity=Severity.MEDIUM,
    component="jibri",
    needs=("jibri.logging",),
    risk=(
        "At FINE the logs hold room addresses, names, the browser's console and the output of "
        "ffmpeg and pjsua: ten files of ten megabytes each."
    ),
    upstream_default="FINE, as packaged",
    fix=Fix(
        by_hand="Set org.jitsi.level = WARNING in /etc/jitsi/jibri/logging.properties and restart "
        "jibri."
    ),
    references=("jitsi/jibri: lib/logging.properties",),
    gdpr="Art. 5(1)(c), 5(1)(e)",
    surfaces=("jibri-logs",),
    check=not_written(
        "jibri.logging", "org.jitsi.jibri", "FINE", "rooms, names and the browser's console"
    ),
    bad=(
        Example(
            {
                "jibri.logging": HANDLERS + "java.util.logging.FileHandler.level = FINE\n"
                "org.jitsi.level = FINE\n"
            },
            at=3,
        ),
        Example({"jibri.logging": HANDLERS + ".level = ALL\n"}, at=2, note="FileHandler lets all"),
    ),
    good=(
        Example({"jibri.logging": HANDLERS + "org.jitsi.level = WARNING\n"}),
        Example(
            {
                "jibri.logging": HANDLERS + "java.util.logging.FileHandler.level = INFO\n"
                "org.jitsi.level = FINE\n"
            },
            note="no handler lets it through",
        ),
        Example(
            {"jibri.logging": HANDLERS + "org.jitsi.level=FINE\norg.jitsi.jibri.level=INFO\n"},
            note="the nearer one wins",
        ),
        Example({"jibri.logging": HANDLERS + "#org.jitsi.level = FINE\n"}, note="a comment"),
        Example({}, absent=("jibri.logging",), note="not installed"),
    ),
    unclear=(Example({"jibri.logging": HANDLERS + "org.jitsi.level = @LEVEL@\n"}),),
)
