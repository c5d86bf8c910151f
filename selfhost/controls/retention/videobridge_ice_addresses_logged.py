from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import on, setting

CONTROL = Control(
    id="videobridge-ice-addresses-logged",
    title="The bridge's ICE library keeps addresses out of the log",
    category=Category.RETENTION,
    severity=Severity.HIGH,
    component="videobridge",
    needs=("videobridge.config",),
    risk=(
        "The ICE library under the bridge has its own switch, which is "
        "off: participants' addresses stand in jvb.log although the "
        "bridge itself redacts them."
    ),
    upstream_default="false",
    fix=Fix(
        by_hand=(
            "Set ice4j.redact-remote-addresses = true in jvb.conf and restart jitsi-videobridge2."
        ),
        variable="videobridge_redact_addresses",
        value="true",
    ),
    references=("jitsi/ice4j: src/main/resources/reference.conf",),
    gdpr="Art. 5(1)(c), 5(1)(e)",
    surfaces=("jvb-ip-in-logs",),
    check=setting(
        lambda server: server.videobridge,
        "ice4j.redact-remote-addresses",
        judge=on("participants' addresses are logged"),
        absent="the library logs participants' addresses unless told not to",
    ),
    bad=(
        Example({"videobridge.config": "videobridge.redact-remote-addresses = true\n"}),
        Example({"videobridge.config": "ice4j.redact-remote-addresses = false\n"}, at=1),
    ),
    good=(
        Example({"videobridge.config": "ice4j { redact-remote-addresses = true }\n"}),
        Example({}, absent=("videobridge.config",), note="not installed"),
        Example(
            {
                "videobridge.config": (
                    "ice4j { redact-remote-addresses = true }\n"
                    "# videobridge.redact-remote-addresses = true\n"
                )
            },
            note="a comment",
        ),
    ),
    unclear=(Example({"videobridge.config": "ice4j.redact-remote-addresses = ${X}\n"}),),
)
