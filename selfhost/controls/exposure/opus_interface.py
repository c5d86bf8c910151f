from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import loopback
from selfhost.controls.variable_predicates import variables

CONTROL = Control(
    id="opus-interface",
    title="The proxy listens on its own machine only",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="opus",
    needs=("opus.environment",),
    risk=(
        "There is no login: who reaches the port sends audio at your cost and hears transcripts."
    ),
    upstream_default="0.0.0.0:8080",
    fix=Fix(by_hand="Set HOST=127.0.0.1 and restart the proxy."),
    references=("jitsi/opus-transcriber-proxy: src/config.ts",),
    gdpr="Art. 32",
    surfaces=("otp-running",),
    check=variables(
        "opus", "HOST", judge=loopback("it listens on"), absent="it listens on every address"
    ),
    bad=(
        Example({"opus.environment": "HOST=0.0.0.0\n"}, at=1),
        Example({"opus.environment": "PORT=8080\n"}, note="the default"),
    ),
    good=(
        Example({"opus.environment": "HOST=127.0.0.1\n"}),
        Example({}, absent=("opus.environment",), note="not installed"),
        Example({"opus.environment": "HOST=127.0.0.1\n# HOST=0.0.0.0\n"}, note="a comment"),
    ),
    unclear=(Example({"opus.environment": "HOST=$H\n"}),),
)
