from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import off, setting

CONTROL = Control(
    id="videobridge-packet-capture",
    title="The bridge writes no media to disk",
    category=Category.RECORDING,
    severity=Severity.CRITICAL,
    component="videobridge",
    needs=("videobridge.config",),
    risk=(
        "The bridge can write the decrypted media of participants to "
        "capture files; the second switch does so for everybody."
    ),
    upstream_default="false",
    fix=Fix(
        by_hand=(
            "Remove jmt.debug.pcap from jvb.conf, restart jitsi-videobridge2 "
            "and look for *.pcap in /tmp."
        )
    ),
    references=(
        "jitsi/jitsi-videobridge: jitsi-media-transform/src/main/resources/reference.conf",
    ),
    gdpr="Art. 5(1)(c), 6",
    surfaces=("jvb-pcap",),
    check=setting(
        lambda server: server.videobridge,
        "jmt.debug.pcap.enabled",
        "jmt.debug.pcap.start-enabled",
        judge=off("media of participants may be written to a file"),
    ),
    bad=(
        Example(
            {"videobridge.config": "jmt {\n  debug {\n    pcap { enabled = true }\n  }\n}\n"}, at=3
        ),
    ),
    good=(
        Example({"videobridge.config": "jmt.debug.pcap.enabled = false\n"}),
        Example(
            {"videobridge.config": 'jmt.debug.pcap.directory = "/tmp"\n'},
            note="a directory switches nothing on",
        ),
        Example({}, absent=("videobridge.config",), note="not installed"),
    ),
    unclear=(Example({"videobridge.config": "jmt.debug.pcap.enabled = ${PCAP}\n"}),),
)
