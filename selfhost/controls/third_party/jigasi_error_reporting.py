from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.text_predicates import no_line
from selfhost.controls.third_party.jvm_error_reporting import judge

CONTROL = Control(
    id="jigasi-error-reporting",
    title="The gateway and the recorder report errors to nobody",
    category=Category.THIRD_PARTY,
    severity=Severity.MEDIUM,
    component="jigasi",
    needs=("jigasi.logging", "jigasi.environment", "jibri.logging"),
    risk="Errors go to a cloud service, with names of rooms and numbers of callers in them.",
    upstream_default="commented out",
    fix=Fix(
        by_hand="Remove SentryHandler from handlers in logging.properties and SENTRY_DSN from the "
        "environment; restart the service."
    ),
    references=("jitsi/jigasi: lib/logging.properties",),
    gdpr="Art. 28, 44",
    surfaces=("jigasi-sentry",),
    check=no_line(
        "jigasi.logging", "jigasi.environment", "jibri.logging", judge=judge, comments="#!"
    ),
    bad=(
        Example(
            {"jigasi.logging": "handlers= a.ConsoleHandler, io.sentry.jul.SentryHandler\n"}, at=1
        ),
        Example({"jigasi.environment": "SENTRY_DSN=https://REDACTED@sentry.example.com/1\n"}, at=1),
    ),
    good=(
        Example({"jigasi.logging": "#handlers= a.ConsoleHandler, io.sentry.jul.SentryHandler\n"}),
        Example({"jigasi.logging": "io.sentry.jul.SentryHandler.level=WARNING\n"}, note="unused"),
        Example({}, absent=("jigasi.logging", "jigasi.environment", "jibri.logging"), note="none"),
    ),
    unclear=(Example({"jigasi.logging": "\x00\n"}, note="not a text file"),),
)
