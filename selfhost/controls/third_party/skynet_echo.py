from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.variable_predicates import given, variables

CONTROL = Control(
    id="skynet-echo",
    title="Skynet copies requests to nobody",
    category=Category.THIRD_PARTY,
    severity=Severity.CRITICAL,
    component="skynet",
    needs=("skynet.environment",),
    risk=(
        "Each request, with the text of the meeting in it, is sent a second time to this server."
    ),
    upstream_default="absent",
    fix=Fix(by_hand="Remove ECHO_REQUESTS_BASE_URL and restart Skynet."),
    references=("jitsi/skynet: skynet/env.py",),
    gdpr="Art. 28, 44",
    surfaces=("skynet-echo-requests",),
    check=variables("skynet", "ECHO_REQUESTS_BASE_URL", judge=given("requests are copied there")),
    bad=(
        Example(
            {"skynet.environment": "ECHO_REQUESTS_BASE_URL=https://staging.example.com\n"}, at=1
        ),
    ),
    good=(
        Example({"skynet.environment": "ECHO_REQUESTS_PERCENT=100\n"}, note="of nothing"),
        Example({"skynet.environment": "ECHO_REQUESTS_BASE_URL=\n"}, note="empty"),
        Example({}, absent=("skynet.environment",), note="not installed"),
    ),
    unclear=(Example({"skynet.environment": "ECHO_REQUESTS_BASE_URL=$ECHO\n"}),),
)
