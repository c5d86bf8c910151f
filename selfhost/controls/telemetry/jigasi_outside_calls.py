from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.transcriber_predicates import PREFIX, each, nothing

CONTROL = Control(
    id="jigasi-outside-calls",
    title="The gateway calls and asks nobody by itself",
    category=Category.TELEMETRY,
    severity=Severity.LOW,
    component="jigasi",
    needs=("jigasi.config",),
    risk=(
        "A test call every few minutes, or a queue that is asked before a caller is let in, tells "
        "others when the service is used."
    ),
    upstream_default="absent",
    fix=Fix(by_hand="Remove the key from sip-communicator.properties and restart jigasi."),
    references=(
        "jitsi/jigasi: src/main/java/org/jitsi/jigasi/health/SipHealthPeriodicChecker.java",
    ),
    surfaces=(
        "jigasi-health-check-uri",
        "jigasi-visitor-queue",
    ),
    check=each(
        "HEALTH_CHECK_SIP_URI",
        "VISITOR_QUEUE_SERVICE",
        judge=nothing("it is called or asked from here"),
    ),
    bad=(
        Example(
            {"jigasi.config": f"{PREFIX}HEALTH_CHECK_SIP_URI=healthcheck@sip.example.com\n"}, at=1
        ),
        Example({"jigasi.config": f"{PREFIX}VISITOR_QUEUE_SERVICE=queue.example.com\n"}, at=1),
    ),
    good=(
        Example(
            {
                "jigasi.config": f"{PREFIX}HEALTH_CHECK_SIP_URI=\n"
                f"{PREFIX}HEALTH_CHECK_INTERVAL=300000\n"
            },
            note="an interval for nobody, as in Docker",
        ),
        Example({}, absent=("jigasi.config",), note="not installed"),
    ),
    unclear=(Example({"jigasi.config": f"{PREFIX}HEALTH_CHECK_SIP_URI=<<URI>>\n"}),),
)
