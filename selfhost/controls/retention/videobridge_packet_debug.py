from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import off, setting

CONTROL = Control(
    id="videobridge-packet-debug",
    title="The bridge logs nothing about single packets",
    category=Category.RETENTION,
    severity=Severity.LOW,
    component="videobridge",
    needs=("videobridge.config",),
    risk="Data about single packets of everybody's media is written to the log.",
    upstream_default="off",
    fix=Fix(by_hand="Remove jmt.debug from jvb.conf and restart jitsi-videobridge2."),
    references=(
        "jitsi/jitsi-videobridge: jitsi-media-transform/src/main/resources/reference.conf",
    ),
    surfaces=("jvb-payload-debug",),
    check=setting(
        lambda server: server.videobridge,
        "jmt.debug.payload-verification.enabled",
        "jmt.debug.packet-timeline.enabled",
        judge=off("data about packets is logged"),
    ),
    bad=(
        Example({"videobridge.config": "jmt.debug {\n packet-timeline { enabled = true }\n}\n"}),
        Example({"videobridge.config": "jmt.debug.payload-verification.enabled = yes\n"}, at=1),
    ),
    good=(
        Example({"videobridge.config": "jmt.debug.packet-timeline.enabled = false\n"}),
        Example({"videobridge.config": "# jmt.debug.packet-timeline.enabled = true\n"}),
        Example({"videobridge.config": "debug.packet-timeline.enabled = true\n"}, note="no jmt"),
        Example({}, absent=("videobridge.config",), note="not installed"),
    ),
    unclear=(Example({"videobridge.config": "jmt.debug = ${DEBUG}\n"}),),
)
