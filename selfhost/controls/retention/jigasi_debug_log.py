from selfhost.controls.logging_predicates import not_written
from selfhost.controls.model import Category, Control, Example, Fix, Severity

HANDLER = (
    "handlers= java.util.logging.ConsoleHandler\njava.util.logging.ConsoleHandler.level = ALL\n"
)

CONTROL = Control(
    id="jigasi-debug-log",
    title="The gateway logs no details of calls",
    category=Category.RETENTION,
    severity=Severity.MEDIUM,
    component="jigasi",
    needs=("jigasi.logging",),
    risk="Below INFO the log holds signalling: numbers, rooms, and lines of transcripts.",
    upstream_default="INFO, with ids of calls, numbers and rooms in it",
    fix=Fix(by_hand="Set .level=INFO in /etc/jitsi/jigasi/logging.properties; restart jigasi."),
    references=("jitsi/jigasi: lib/logging.properties",),
    gdpr="Art. 5(1)(c), 5(1)(e)",
    surfaces=("jigasi-logs",),
    check=not_written("jigasi.logging", "org.jitsi.jigasi", "FINE", "numbers, rooms and text"),
    bad=(
        Example({"jigasi.logging": HANDLER + ".level=FINE\n"}, at=3),
        Example({"jigasi.logging": HANDLER + ".level=INFO\norg.jitsi.jigasi.level=ALL\n"}, at=4),
    ),
    good=(
        Example({"jigasi.logging": HANDLER + ".level=INFO\n"}, note="as packaged"),
        Example({"jigasi.logging": HANDLER + "#.level=ALL\n"}, note="a comment"),
        Example(
            {
                "jigasi.logging": HANDLER
                + "net.java.sip.communicator.plugin.reconnectplugin.level=FINE\n"
            },
            note="of reconnections only, as packaged",
        ),
        Example({}, absent=("jigasi.logging",), note="not installed"),
    ),
    unclear=(Example({"jigasi.logging": HANDLER + ".level=${LEVEL}\n"}),),
)
