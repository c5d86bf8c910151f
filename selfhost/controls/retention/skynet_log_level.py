from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.variable_predicates import variables


def judge(value: object) -> str | None:
    level = str(value).strip().upper()
    return f"requests are logged at {level}" if level in ("DEBUG", "NOTSET", "TRACE") else None


CONTROL = Control(
    id="skynet-log-level",
    title="Skynet does not log requests in detail",
    category=Category.RETENTION,
    severity=Severity.HIGH,
    component="skynet",
    needs=("skynet.environment",),
    risk=(
        "At DEBUG jobs and libraries write much of each request to the log, text of "
        "meetings included."
    ),
    upstream_default="DEBUG",
    fix=Fix(by_hand="Set LOG_LEVEL=WARNING and restart Skynet."),
    references=("jitsi/skynet: skynet/env.py",),
    gdpr="Art. 5(1)(c)",
    surfaces=("skynet-log-level",),
    check=variables("skynet", "LOG_LEVEL", judge=judge, absent="requests are logged at DEBUG"),
    bad=(
        Example({"skynet.environment": "LOG_LEVEL=debug\n"}, at=1),
        Example({"skynet.environment": "SKYNET_PORT=8000\n"}, note="the default"),
    ),
    good=(
        Example({"skynet.environment": "LOG_LEVEL=WARNING\n"}),
        Example({"skynet.environment": "LOG_LEVEL=INFO\n"}),
        Example({}, absent=("skynet.environment",), note="not installed"),
        Example({"skynet.environment": "LOG_LEVEL=WARNING\n# LOG_LEVEL=debug\n"}, note="a comment"),
    ),
    unclear=(Example({"skynet.environment": "LOG_LEVEL=${LEVEL}\n"}),),
)
