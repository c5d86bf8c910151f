from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.variable_predicates import given, variables

CONTROL = Control(
    id="opus-reports",
    title="The proxy reports to nobody",
    category=Category.TELEMETRY,
    severity=Severity.MEDIUM,
    component="opus",
    needs=("opus.environment",),
    risk=(
        "Logs and metrics of sessions, and how long which meeting was translated, leave the server."
    ),
    upstream_default="absent",
    fix=Fix(by_hand="Remove OTLP_ENDPOINT and TRANSLATION_USAGE_URL and restart the proxy."),
    references=("jitsi/opus-transcriber-proxy: src/config.ts",),
    gdpr="Art. 28",
    surfaces=(
        "otp-usage-report",
        "otp-otlp",
    ),
    check=variables(
        "opus", "OTLP_ENDPOINT", "TRANSLATION_USAGE_URL", judge=given("sessions are reported there")
    ),
    bad=(
        Example({"opus.environment": "OTLP_ENDPOINT=https://otlp.example.com\n"}, at=1),
        Example({"opus.environment": "TRANSLATION_USAGE_URL=https://usage.example.com\n"}, at=1),
    ),
    good=(
        Example({"opus.environment": "OTLP_ENV=prod\n"}, note="a label"),
        Example({"opus.environment": "OTLP_ENDPOINT=\n"}, note="empty"),
        Example({}, absent=("opus.environment",), note="not installed"),
    ),
    unclear=(Example({"opus.environment": "OTLP_ENDPOINT=$O\n"}),),
)
