from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.variable_predicates import given, variables

YAML = "rtcstats.config /etc/rtcstats-server/production.yaml"

CONTROL = Control(
    id="rtcstats-face-stream",
    title="No stream of facial expressions is kept",
    category=Category.AI,
    severity=Severity.HIGH,
    component="rtcstats",
    needs=("rtcstats.environment", "rtcstats.config"),
    risk=("A stream for facial expressions shows that browsers are expected to send them."),
    upstream_default="empty",
    fix=Fix(by_hand="Remove RTCSTATS_FIREHOSE_FACE_LANDMARKS_STREAM and restart rtcstats-server."),
    references=("jitsi/rtcstats-server: config/default.yaml",),
    gdpr="Art. 9",
    surfaces=("rtcstats-face-stream",),
    check=variables(
        "rtcstats",
        "RTCSTATS_FIREHOSE_FACE_LANDMARKS_STREAM",
        judge=given("expressions of faces are streamed there"),
    ),
    bad=(
        Example(
            {YAML: "firehose:\n  faceLandmarksStream: faces\n"},
            at=2,
            absent=("rtcstats.environment",),
        ),
        Example({"rtcstats.environment": "RTCSTATS_FIREHOSE_FACE_LANDMARKS_STREAM=faces\n"}, at=1),
    ),
    good=(
        Example({YAML: "firehose:\n  # faceLandmarksStream: faces\n  faceLandmarksStream:\n"}),
        Example({"rtcstats.environment": "RTCSTATS_FIREHOSE_FACE_LANDMARKS_STREAM=\n"}),
        Example({"rtcstats.environment": "RTCSTATS_SERVICE_TYPE=MongoDB\n"}),
        Example({}, absent=("rtcstats.environment", "rtcstats.config"), note="not installed"),
        Example(
            {
                "rtcstats.config /etc/rtcstats-server/production.yaml": (
                    "firehose:\n"
                    "  # faceLandmarksStream: faces\n"
                    "  faceLandmarksStream:\n"
                    "# firehose:\n"
                    "#   faceLandmarksStream: faces\n"
                )
            },
            note="a comment",
        ),
    ),
    unclear=(Example({"rtcstats.environment": "RTCSTATS_FIREHOSE_FACE_LANDMARKS_STREAM=$F\n"}),),
)
