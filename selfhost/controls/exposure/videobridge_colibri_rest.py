from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import off, setting

CONTROL = Control(
    id="videobridge-colibri-rest",
    title="The bridge takes no orders over HTTP",
    category=Category.EXPOSURE,
    severity=Severity.CRITICAL,
    component="videobridge",
    needs=("videobridge.config",),
    risk=(
        "Whoever reaches that port may create conferences, end them, or "
        "order the bridge to export the audio of a call."
    ),
    upstream_default="false",
    fix=Fix(by_hand=("Remove apis.rest.enabled from jvb.conf and restart jitsi-videobridge2.")),
    references=("jitsi/jitsi-videobridge: jvb/src/main/resources/reference.conf",),
    surfaces=("jvb-colibri-rest",),
    check=setting(
        lambda server: server.videobridge,
        "videobridge.apis.rest.enabled",
        judge=off("conferences can be made and audio exported over HTTP"),
    ),
    bad=(
        Example(
            {
                "videobridge.config": (
                    "videobridge {\n  apis {\n    rest { enabled = true }\n  }\n}\n"
                )
            },
            at=3,
        ),
    ),
    good=(
        Example({"videobridge.config": "videobridge.apis.rest.enabled = false\n"}),
        Example(
            {"videobridge.config": "videobridge.rest { prometheus { enabled = true } }\n"},
            note="local metrics are another key",
        ),
        Example({}, absent=("videobridge.config",), note="not installed"),
    ),
    unclear=(Example({"videobridge.config": "videobridge.apis.rest.enabled = ${?COLIBRI}\n"}),),
)
