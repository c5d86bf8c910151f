from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.variable_predicates import variables

#: Names of modules, before the colon.
MODULES = ("summaries", "assistant", "streaming_whisper", "customer_configs")


def judge(value: object) -> str | None:
    named = [module.strip() for module in str(value).split(",")]
    on = [module for module in named if module.partition(":")[0] in MODULES]
    return f"meetings are processed by {', '.join(on)}" if on else None


CONTROL = Control(
    id="skynet-modules",
    title="Skynet offers nothing that hears or reads meetings",
    category=Category.AI,
    severity=Severity.HIGH,
    component="skynet",
    needs=("skynet.environment",),
    risk=(
        "Summaries, the assistant and streaming recognition get the speech or the text "
        "of meetings. Streaming recognition also opens a socket for telephone audio "
        "and takes tokens in addresses, which land in logs; summaries come with a "
        "general interface to the language model; customer settings let each tenant "
        "use its own provider."
    ),
    upstream_default="summaries, assistant and customer_configs are on",
    fix=Fix(by_hand="Stop Skynet, or set ENABLED_MODULES to none of its modules."),
    references=(
        "jitsi/skynet: skynet/env.py",
        "jitsi/skynet: skynet/main.py",
    ),
    gdpr="Art. 5(1)(b), 9",
    surfaces=(
        "skynet-modules",
        "skynet-vox-telephony",
        "skynet-openai-endpoint",
        "skynet-web-crawler",
        "skynet-customer-credentials",
        "skynet-jwt-in-url",
    ),
    check=variables(
        "skynet",
        "ENABLED_MODULES",
        judge=judge,
        absent="summaries, assistant and customer_configs are on",
    ),
    bad=(
        Example({"skynet.environment": "SKYNET_PORT=8000\n"}, note="the default"),
        Example(
            {
                "skynet.environment": "# x\n"
                "ENABLED_MODULES=summaries:dispatcher,summaries:executor\n"
            },
            at=2,
        ),
        Example({"skynet.environment": "ENABLED_MODULES=streaming_whisper\n"}, at=1),
    ),
    good=(
        Example({"skynet.environment": "ENABLED_MODULES=none\n"}, note="it ends at once"),
        Example({}, absent=("skynet.environment",), note="not installed"),
    ),
    unclear=(Example({"skynet.environment": "ENABLED_MODULES=${MODULES}\n"}),),
)
