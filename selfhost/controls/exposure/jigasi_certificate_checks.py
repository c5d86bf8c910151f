from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.transcriber_predicates import jigasi, not_true

KEY = "net.java.sip.communicator.service.gui.ALWAYS_TRUST_MODE_ENABLED"

CONTROL = Control(
    id="jigasi-certificate-checks",
    title="The gateway checks whom it talks to",
    category=Category.EXPOSURE,
    severity=Severity.MEDIUM,
    component="jigasi",
    needs=("jigasi.config",),
    risk="A machine in between can hear the calls and take over the gateway's accounts.",
    upstream_default="absent; true in Docker",
    fix=Fix(
        by_hand=(
            "Remove ALWAYS_TRUST_MODE_ENABLED from sip-communicator.properties, give the Java "
            "machine the server's certificate, and restart jigasi."
        )
    ),
    references=("jitsi/docker-jitsi-meet: jigasi/rootfs/defaults/sip-communicator.properties",),
    gdpr="Art. 32",
    surfaces=("jigasi-trust-all",),
    check=setting(
        jigasi, (KEY,), judge=not_true("any certificate of XMPP and SIP servers is accepted")
    ),
    bad=(Example({"jigasi.config": f"{KEY}=true\n"}, at=1),),
    good=(
        Example({"jigasi.config": f"# {KEY}=true\n"}, note="a comment, as in the sample"),
        Example({"jigasi.config": f"{KEY}=false\n"}),
        Example({}, absent=("jigasi.config",), note="not installed"),
    ),
    unclear=(Example({"jigasi.config": f"{KEY}={{{{ .Env.TRUST }}}}\n"}),),
)
