from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.variable_predicates import exactly, variables

CONTROL = Control(
    id="opus-custom-provider",
    title="Rooms do not choose who hears them",
    category=Category.AI,
    severity=Severity.CRITICAL,
    component="opus",
    needs=("opus.environment",),
    risk=(
        "The address and the key of the recogniser come with each connection, so who "
        "sets a room's metadata decides where its audio goes."
    ),
    upstream_default="false",
    fix=Fix(by_hand="Remove ENABLE_OPENAI_CUSTOM_PROVIDER and restart the proxy."),
    references=("jitsi/opus-transcriber-proxy: src/config.ts",),
    gdpr="Art. 28, 44",
    surfaces=("otp-custom-provider",),
    check=variables(
        "opus",
        "ENABLE_OPENAI_CUSTOM_PROVIDER",
        judge=exactly("true", "each connection names its own recogniser"),
    ),
    bad=(Example({"opus.environment": "ENABLE_OPENAI_CUSTOM_PROVIDER=true\n"}, at=1),),
    good=(
        Example({"opus.environment": "ENABLE_OPENAI_CUSTOM_PROVIDER=false\n"}),
        Example(
            {"opus.environment": "ENABLE_OPENAI_CUSTOM_PROVIDER=1\n"},
            note="only the word true counts",
        ),
        Example({}, absent=("opus.environment",), note="not installed"),
    ),
    unclear=(Example({"opus.environment": "ENABLE_OPENAI_CUSTOM_PROVIDER=$X\n"}),),
)
