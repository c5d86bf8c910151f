from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.variable_predicates import exactly, variables
from selfhost.controls.web_predicates import every

CONTROL = Control(
    id="opus-debug-log",
    title="The proxy logs no details",
    category=Category.RETENTION,
    severity=Severity.LOW,
    component="opus",
    needs=("opus.environment",),
    risk="Debug output holds more of what was said and by whom.",
    upstream_default="info",
    fix=Fix(by_hand="Remove DEBUG and set LOG_LEVEL=info, then restart the proxy."),
    references=("jitsi/opus-transcriber-proxy: src/config.ts",),
    gdpr="Art. 5(1)(c)",
    surfaces=("otp-debug-log",),
    check=every(
        variables("opus", "DEBUG", judge=exactly("true", "details are logged")),
        variables("opus", "LOG_LEVEL", judge=exactly("debug", "details are logged")),
    ),
    bad=(
        Example({"opus.environment": "DEBUG=true\n"}, at=1),
        Example({"opus.environment": "LOG_LEVEL=debug\n"}, at=1),
    ),
    good=(
        Example({"opus.environment": "LOG_LEVEL=info\n"}),
        Example({"opus.environment": "DEBUG=1\n"}, note="only the word true counts"),
        Example({}, absent=("opus.environment",), note="not installed"),
    ),
    unclear=(Example({"opus.environment": "DEBUG=$D\n"}),),
)
