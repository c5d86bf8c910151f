from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import off, setting

CONTROL = Control(
    id="jicofo-tracing",
    title="The focus sends no traces",
    category=Category.TELEMETRY,
    severity=Severity.MEDIUM,
    component="jicofo",
    needs=("jicofo.config",),
    risk=("Traces of conference operations go to an OpenTelemetry collector."),
    upstream_default="false",
    fix=Fix(by_hand="Remove tracing.enabled from jicofo.conf and restart jicofo."),
    references=("jitsi/jicofo: jicofo/src/main/resources/reference.conf",),
    surfaces=("jicofo-tracing",),
    check=setting(
        lambda server: server.jicofo,
        "tracing.enabled",
        "jicofo.tracing.enabled",
        judge=off("traces are sent to a collector"),
    ),
    bad=(Example({"jicofo.config": "tracing {\n  enabled = true\n}\n"}, at=2),),
    good=(
        Example({"jicofo.config": "tracing { enabled = false }\n"}),
        Example({"jicofo.config": "jicofo {}\n"}),
        Example({}, absent=("jicofo.config",), note="not installed"),
        Example(
            {
                "jicofo.config": (
                    "tracing { enabled = false }\n# tracing {\n#   enabled = true\n# }\n"
                )
            },
            note="a comment",
        ),
    ),
    unclear=(Example({"jicofo.config": "tracing.enabled = ${TRACE}\n"}),),
)
