from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.variable_predicates import exactly, given, variables
from selfhost.controls.web_predicates import every

CONTROL = Control(
    id="opus-dispatcher",
    title="The proxy forwards transcripts to no service",
    category=Category.THIRD_PARTY,
    severity=Severity.CRITICAL,
    component="opus",
    needs=("opus.environment",),
    risk="Each line of what is said is forwarded to another service at once.",
    upstream_default="off",
    fix=Fix(by_hand="Remove USE_DISPATCHER and DISPATCHER_WS_URL and restart the proxy."),
    references=("jitsi/opus-transcriber-proxy: src/config.ts",),
    gdpr="Art. 28, 44",
    surfaces=("otp-dispatcher",),
    check=every(
        variables("opus", "USE_DISPATCHER", judge=exactly("true", "transcripts are forwarded")),
        variables("opus", "DISPATCHER_WS_URL", judge=given("transcripts are to go there")),
    ),
    bad=(
        Example({"opus.environment": "USE_DISPATCHER=true\n"}, at=1),
        Example({"opus.environment": "DISPATCHER_WS_URL=wss://dispatcher.example.com/ws\n"}, at=1),
    ),
    good=(
        Example({"opus.environment": "USE_DISPATCHER=false\n"}),
        Example({"opus.environment": "DISPATCHER_WS_URL=\n"}, note="empty"),
        Example({}, absent=("opus.environment",), note="not installed"),
    ),
    unclear=(Example({"opus.environment": "DISPATCHER_WS_URL=$URL\n"}),),
)
