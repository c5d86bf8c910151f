import re

from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.text_predicates import no_line

SENTRY = re.compile(r"^handlers\s*[=:].*Sentry|^(export\s+)?\w*SENTRY_DSN\s*=\s*['\"]?[^\s'\"0]")


def judge(line: str) -> str | None:
    return "errors are reported to Sentry" if SENTRY.search(line) else None


CONTROL = Control(
    id="jvm-error-reporting",
    title="The focus and the bridge report errors to nobody",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="jicofo",
    needs=(
        "jicofo.logging",
        "videobridge.logging",
        "jicofo.environment",
        "videobridge.environment",
    ),
    risk="Errors go to a cloud service, with names of rooms and ids of participants in them.",
    upstream_default="commented out",
    fix=Fix(
        by_hand="Remove SentryHandler from handlers in logging.properties and SENTRY_DSN from the "
        "environment; restart the service."
    ),
    references=("jitsi/jicofo: lib/logging.properties",),
    gdpr="Art. 28, 44",
    surfaces=("jicofo-sentry", "jvb-sentry"),
    check=no_line(
        "jicofo.logging",
        "videobridge.logging",
        "jicofo.environment",
        "videobridge.environment",
        judge=judge,
        comments="#!",
    ),
    bad=(
        Example(
            {"jicofo.logging": "handlers= a.ConsoleHandler, io.sentry.jul.SentryHandler\n"}, at=1
        ),
        Example({"videobridge.environment": "SENTRY_DSN=https://REDACTED@sentry.example.com/1\n"}),
    ),
    good=(
        Example({"jicofo.logging": "handlers= java.util.logging.ConsoleHandler\n"}),
        Example({"jicofo.logging": "#handlers= io.sentry.jul.SentryHandler\n"}, note="a comment"),
        Example({"jicofo.environment": "SENTRY_DSN=\n"}, note="empty"),
        Example(
            {},
            absent=(
                "jicofo.logging",
                "videobridge.logging",
                "jicofo.environment",
                "videobridge.environment",
            ),
            note="not installed",
        ),
    ),
    unclear=(Example({"jicofo.logging": "\x00\n"}, note="not a text file"),),
)
