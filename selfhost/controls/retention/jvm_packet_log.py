import re

from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.text_predicates import no_line

#: Handlers and loggers that write signalling or per-packet data.
TELLING = re.compile(
    r"^handlers\s*[=:].*XmppPacketsFileHandler|^\S*timeseries\S*\.level\s*[=:]\s*(?!OFF)\w",
    re.IGNORECASE,
)


def judge(line: str) -> str | None:
    return "signalling or packet data is written to a log" if TELLING.search(line) else None


CONTROL = Control(
    id="jvm-packet-log",
    title="The focus and the bridge do not log signalling or packets",
    category=Category.RETENTION,
    severity=Severity.CRITICAL,
    component="jicofo",
    needs=("jicofo.logging", "videobridge.logging"),
    risk="Complete signalling of every call, or per-packet data of everybody, lands in a file.",
    upstream_default="off",
    fix=Fix(
        by_hand="Remove XmppPacketsFileHandler from handlers and set the timeseries logger to "
        "OFF in logging.properties; restart the service and delete the log."
    ),
    references=(
        "jitsi/jicofo: lib/logging.properties",
        "jitsi/jitsi-videobridge: jvb/lib/logging.properties",
    ),
    gdpr="Art. 5(1)(c)",
    surfaces=("jicofo-xmpp-packet-log", "jvb-timeseries"),
    check=no_line("jicofo.logging", "videobridge.logging", judge=judge, comments="#!"),
    bad=(
        Example(
            {
                "jicofo.logging": "handlers= java.util.logging.ConsoleHandler,"
                "org.jitsi.utils.logging2.XmppPacketsFileHandler\n"
            },
            at=1,
        ),
        Example({"videobridge.logging": "timeseries.level=ALL\n"}, at=1),
    ),
    good=(
        Example({"jicofo.logging": "handlers= java.util.logging.ConsoleHandler\n"}),
        Example({"videobridge.logging": "timeseries.level=OFF\n"}),
        Example({"jicofo.logging": "#handlers = x.XmppPacketsFileHandler\n"}, note="a comment"),
        Example({}, absent=("jicofo.logging", "videobridge.logging"), note="not installed"),
    ),
    unclear=(Example({"jicofo.logging": "\x00\n"}, note="not a text file"),),
)
