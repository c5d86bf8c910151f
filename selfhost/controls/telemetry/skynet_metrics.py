from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.variable_predicates import python_true, variables

CONTROL = Control(
    id="skynet-metrics",
    title="Skynet publishes no metrics",
    category=Category.TELEMETRY,
    severity=Severity.LOW,
    component="skynet",
    needs=("skynet.environment",),
    risk="Counters of summaries and recognised meetings are open on port 8001.",
    upstream_default="true",
    fix=Fix(by_hand="Set ENABLE_METRICS=false and restart Skynet."),
    references=("jitsi/skynet: skynet/env.py",),
    surfaces=("skynet-metrics",),
    check=variables(
        "skynet",
        "ENABLE_METRICS",
        judge=python_true("they are open on port 8001"),
        absent="they are open on port 8001",
    ),
    bad=(
        Example({"skynet.environment": "ENABLE_METRICS=true\n"}, at=1),
        Example({"skynet.environment": "SKYNET_PORT=8000\n"}, note="the default"),
    ),
    good=(
        Example({"skynet.environment": "ENABLE_METRICS=false\n"}),
        Example({}, absent=("skynet.environment",), note="not installed"),
        Example(
            {"skynet.environment": "ENABLE_METRICS=false\n# ENABLE_METRICS=true\n"},
            note="a comment",
        ),
    ),
    unclear=(Example({"skynet.environment": "ENABLE_METRICS=$M\n"}),),
)
