from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import on, setting

CONTROL = Control(
    id="videobridge-redaction",
    title="The bridge keeps addresses and credentials out of its log",
    category=Category.RETENTION,
    severity=Severity.MEDIUM,
    component="videobridge",
    needs=("videobridge.config",),
    risk=("Participants' addresses and export credentials would be written to jvb.log."),
    upstream_default="true",
    fix=Fix(
        by_hand=(
            "Remove redact-remote-addresses and redact-colibri-http-headers "
            "from jvb.conf and restart jitsi-videobridge2."
        )
    ),
    references=("jitsi/jitsi-videobridge: jvb/src/main/resources/reference.conf",),
    surfaces=("jvb-bridge-redaction",),
    check=setting(
        lambda server: server.videobridge,
        "videobridge.redact-remote-addresses",
        "videobridge.redact-colibri-http-headers",
        judge=on("addresses or credentials are logged"),
    ),
    bad=(Example({"videobridge.config": "videobridge.redact-remote-addresses = false\n"}, at=1),),
    good=(
        Example({"videobridge.config": "videobridge.redact-remote-addresses = true\n"}),
        Example({"videobridge.config": "videobridge {}\n"}),
        Example({}, absent=("videobridge.config",), note="not installed"),
        Example(
            {
                "videobridge.config": (
                    "videobridge.redact-remote-addresses = true\n"
                    "# videobridge.redact-remote-addresses = false\n"
                )
            },
            note="a comment",
        ),
    ),
    unclear=(Example({"videobridge.config": "videobridge.redact-remote-addresses = ${X}\n"}),),
)
