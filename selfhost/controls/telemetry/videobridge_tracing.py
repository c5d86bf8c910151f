from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import off, setting

CONTROL = Control(
    id="videobridge-tracing",
    title="The bridge sends no traces",
    category=Category.TELEMETRY,
    severity=Severity.MEDIUM,
    component="videobridge",
    needs=("videobridge.config",),
    risk=("Traces of conference operations go to an OpenTelemetry collector."),
    upstream_default="false",
    fix=Fix(by_hand=("Remove tracing.enabled from jvb.conf and restart jitsi-videobridge2.")),
    references=("jitsi/jitsi-videobridge: jvb/src/main/resources/reference.conf",),
    surfaces=("jvb-tracing",),
    check=setting(
        lambda server: server.videobridge,
        "tracing.enabled",
        "videobridge.tracing.enabled",
        judge=off("traces are sent to a collector"),
    ),
    bad=(Example({"videobridge.config": "tracing.enabled = true\n"}, at=1),),
    good=(
        Example({"videobridge.config": "tracing.enabled = false\n"}),
        Example({"videobridge.config": "videobridge {}\n"}),
        Example({}, absent=("videobridge.config",), note="not installed"),
        Example(
            {"videobridge.config": "tracing.enabled = false\n# tracing.enabled = true\n"},
            note="a comment",
        ),
    ),
    unclear=(Example({"videobridge.config": "tracing.enabled = ${X}\n"}),),
)
