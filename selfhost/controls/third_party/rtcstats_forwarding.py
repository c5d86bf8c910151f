from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.variable_predicates import given, variables

YAML = "rtcstats.config /etc/rtcstats-server/production.yaml"

CONTROL = Control(
    id="rtcstats-forwarding",
    title="The collector of traces forwards nothing",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="rtcstats",
    needs=("rtcstats.environment", "rtcstats.config"),
    risk=("Events of calls go to Amplitude, and each trace is announced to another service."),
    upstream_default="empty",
    fix=Fix(
        by_hand=(
            "Remove RTCSTATS_AMPLITUDE_KEY and RTCSTATS_WEBHOOK_ENDPOINT and restart "
            "rtcstats-server."
        )
    ),
    references=(
        "jitsi/rtcstats-server: config/default.yaml",
        "jitsi/rtcstats-server: config/custom-environment-variables.yaml",
    ),
    gdpr="Art. 28, 44",
    surfaces=(
        "rtcstats-amplitude",
        "rtcstats-webhooks",
    ),
    check=variables(
        "rtcstats",
        "RTCSTATS_AMPLITUDE_KEY",
        "RTCSTATS_WEBHOOK_ENDPOINT",
        judge=given("data of calls leave the server"),
    ),
    bad=(
        Example({YAML: "amplitude:\n  key: REDACTED_00000000\n"}, at=2),
        Example(
            {YAML: "webhooks:\n  apiEndpoint: https://hooks.example.com\n"},
            at=2,
            absent=("rtcstats.environment",),
        ),
        Example(
            {
                YAML: "webhooks:\n  apiEndpoint: https://hooks.example.com\n",
                "rtcstats.environment": "RTCSTATS_WEBHOOK_ENDPOINT=\n",
            },
            at=2,
            note="an empty variable is passed over",
        ),
        Example({"rtcstats.environment": "RTCSTATS_AMPLITUDE_KEY=REDACTED_00000000\n"}, at=1),
        Example(
            {"rtcstats.environment": "RTCSTATS_WEBHOOK_ENDPOINT=https://hooks.example.com\n"}, at=1
        ),
    ),
    good=(
        Example({YAML: "webhooks:\n  apiEndpoint: # https://hooks.example.com\n"}),
        Example(
            {"rtcstats.config /etc/rtcstats-server/debug.yaml": "amplitude:\n  key: abc\n"},
            note="a file of another environment",
        ),
        Example({"rtcstats.environment": "RTCSTATS_AMPLITUDE_KEY=\n"}),
        Example({"rtcstats.environment": "RTCSTATS_SERVICE_TYPE=MongoDB\n"}),
        Example({}, absent=("rtcstats.environment", "rtcstats.config"), note="not installed"),
    ),
    unclear=(Example({"rtcstats.environment": "RTCSTATS_AMPLITUDE_KEY=$K\n"}),),
)
