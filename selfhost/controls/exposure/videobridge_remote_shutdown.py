from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import off, setting

CONTROL = Control(
    id="videobridge-remote-shutdown",
    title="The bridge cannot be stopped over HTTP",
    category=Category.EXPOSURE,
    severity=Severity.LOW,
    component="videobridge",
    needs=("videobridge.config",),
    risk="Whoever reaches the private port could end every call.",
    upstream_default="false",
    fix=Fix(by_hand=("Remove rest.shutdown.enabled from jvb.conf and restart jitsi-videobridge2.")),
    references=("jitsi/jitsi-videobridge: jvb/src/main/resources/reference.conf",),
    surfaces=("jvb-rest-shutdown",),
    check=setting(
        lambda server: server.videobridge,
        "videobridge.rest.shutdown.enabled",
        judge=off("the bridge can be stopped over HTTP"),
    ),
    bad=(Example({"videobridge.config": "videobridge.rest.shutdown.enabled = true\n"}, at=1),),
    good=(
        Example({"videobridge.config": "videobridge.rest.shutdown.enabled = false\n"}),
        Example({"videobridge.config": "videobridge {}\n"}),
        Example({}, absent=("videobridge.config",), note="not installed"),
        Example(
            {
                "videobridge.config": (
                    "videobridge.rest.shutdown.enabled = false\n"
                    "# videobridge.rest.shutdown.enabled = true\n"
                )
            },
            note="a comment",
        ),
    ),
    unclear=(Example({"videobridge.config": "videobridge.rest.shutdown.enabled = ${X}\n"}),),
)
