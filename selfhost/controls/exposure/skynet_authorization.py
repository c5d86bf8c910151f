from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.variable_predicates import python_true, variables

CONTROL = Control(
    id="skynet-authorization",
    title="Skynet asks who calls",
    category=Category.EXPOSURE,
    severity=Severity.CRITICAL,
    component="skynet",
    needs=("skynet.environment",),
    risk=("Without tokens anybody who reaches it reads summaries, sends audio and uses the model."),
    upstream_default="tokens are asked for",
    fix=Fix(by_hand="Remove BYPASS_AUTHORIZATION and restart Skynet."),
    references=("jitsi/skynet: skynet/env.py",),
    gdpr="Art. 32",
    surfaces=("skynet-auth-bypass",),
    check=variables(
        "skynet", "BYPASS_AUTHORIZATION", judge=python_true("nobody is asked for a token")
    ),
    bad=(
        Example({"skynet.environment": "BYPASS_AUTHORIZATION=1\n"}, at=1),
        Example({"skynet.environment": "BYPASS_AUTHORIZATION=Yes\n"}, at=1),
    ),
    good=(
        Example({"skynet.environment": "BYPASS_AUTHORIZATION=false\n"}),
        Example(
            {"skynet.environment": "BYPASS_AUTHORIZATION=on\n"},
            note="Skynet does not take this for true",
        ),
        Example(
            {"skynet.environment": "# BYPASS_AUTHORIZATION=true\nSKYNET_PORT=8000\n"},
            note="a comment",
        ),
        Example({}, absent=("skynet.environment",), note="not installed"),
    ),
    unclear=(Example({"skynet.environment": "BYPASS_AUTHORIZATION=$BYPASS\n"}),),
)
