from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.transcriber_predicates import jigasi, not_true

KEY = "net.java.sip.communicator.packetlogging.PACKET_LOGGING_ENABLED"

CONTROL = Control(
    id="jigasi-packet-capture",
    title="The gateway captures no packets",
    category=Category.RETENTION,
    severity=Severity.HIGH,
    component="jigasi",
    needs=("jigasi.config",),
    risk="Signalling with phone numbers, and packets of sound, land in jitsi0.pcap beside the log.",
    upstream_default="false in the packaged file",
    fix=Fix(
        by_hand=(
            "Set net.java.sip.communicator.packetlogging.PACKET_LOGGING_ENABLED=false, restart "
            "jigasi, and delete *.pcap in /var/log/jitsi."
        )
    ),
    references=("jitsi/jigasi: jigasi-home/sip-communicator.properties",),
    gdpr="Art. 5(1)(c), 32",
    surfaces=("jigasi-packet-logging",),
    check=setting(jigasi, (KEY,), judge=not_true("SIP and sound are captured into a file")),
    bad=(Example({"jigasi.config": f"{KEY}=true\n"}, at=1),),
    good=(
        Example({"jigasi.config": f"{KEY}=false\n"}),
        Example({"jigasi.config": f"{KEY}=true\n{KEY}=false\n"}, note="the last wins"),
        Example({}, absent=("jigasi.config",), note="not installed"),
    ),
    unclear=(Example({"jigasi.config": f"{KEY}=${{CAPTURE}}\n"}),),
)
