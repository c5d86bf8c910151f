from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import loopback
from selfhost.controls.variable_predicates import variables

CONTROL = Control(
    id="skynet-interface",
    title="Skynet listens on its own machine only",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="skynet",
    needs=("skynet.environment",),
    risk=("The interface takes the audio and the text of meetings, and gives out summaries."),
    upstream_default="0.0.0.0:8000",
    fix=Fix(by_hand="Set SKYNET_LISTEN_IP=127.0.0.1 and restart Skynet."),
    references=("jitsi/skynet: skynet/env.py",),
    gdpr="Art. 32",
    surfaces=("skynet-running",),
    check=variables(
        "skynet",
        "SKYNET_LISTEN_IP",
        judge=loopback("it listens on"),
        absent="it listens on every address",
    ),
    bad=(
        Example({"skynet.environment": "SKYNET_LISTEN_IP=0.0.0.0\n"}, at=1),
        Example({"skynet.environment": "SKYNET_PORT=8000\n"}, note="the default"),
    ),
    good=(
        Example({"skynet.environment": "SKYNET_LISTEN_IP=127.0.0.1\n"}),
        Example({}, absent=("skynet.environment",), note="not installed"),
        Example(
            {"skynet.environment": "SKYNET_LISTEN_IP=127.0.0.1\n# SKYNET_LISTEN_IP=0.0.0.0\n"},
            note="a comment",
        ),
    ),
    unclear=(Example({"skynet.environment": "SKYNET_LISTEN_IP=${IP}\n"}),),
)
