from collections.abc import Iterator

from selfhost.controls.model import Category, Control, Example, Fix, Severity, Verdict, fail, passed
from selfhost.controls.variable_predicates import cite, hidden, own_url, per_program, text
from selfhost.effective.config import Config
from selfhost.effective.server import Server

#: Variables that have no use but with a company's model.
COMPANIES = {
    "SKYNET_CREDENTIALS_PATH": "keys of OpenAI or Azure are read from it",
    "AZURE_OPENAI_API_VERSION": "Azure is to answer",
    "OCI_MODEL_ID": "Oracle's cloud is to answer",
    "OCI_COMPARTMENT_ID": "Oracle's cloud is to answer",
    "OCI_SERVICE_ENDPOINT": "Oracle's cloud is to answer",
}


def judge(server: Server, config: Config) -> Iterator[Verdict]:
    yield own_url(server, config, "OPENAI_API_BASE_URL", "the text of meetings is sent there")
    for name, why in COMPANIES.items():
        value = text(config, name)
        if value is None:
            yield hidden(config, name)
        elif value:
            yield fail(f"{name}: {why}", cite(config, name))
    if (text(config, "LLAMA_PATH") or "").startswith("oci://"):
        yield fail("LLAMA_PATH: Oracle's cloud is to answer", cite(config, "LLAMA_PATH"))
    yield passed("no company's model", cite(config, "OPENAI_API_BASE_URL"))


CONTROL = Control(
    id="skynet-language-model",
    title="Skynet asks a language model of your own",
    category=Category.AI,
    severity=Severity.CRITICAL,
    component="skynet",
    needs=("skynet.environment",),
    risk=("The text of meetings is sent to the model for summaries, action items and answers."),
    upstream_default="a model on the same machine",
    fix=Fix(
        by_hand=(
            "Let OPENAI_API_BASE_URL lead to a machine of your own, remove "
            "SKYNET_CREDENTIALS_PATH, AZURE_OPENAI_* and OCI_*, and restart Skynet."
        )
    ),
    references=(
        "jitsi/skynet: skynet/env.py",
        "jitsi/skynet: skynet/modules/ttt/llm_selector.py",
    ),
    gdpr="Art. 28, 44",
    surfaces=(
        "skynet-cloud-llm",
        "skynet-oci",
    ),
    check=per_program("skynet", judge),
    bad=(
        Example({"skynet.environment": "OPENAI_API_BASE_URL=https://api.openai.com/v1\n"}, at=1),
        Example(
            {"skynet.environment": "SKYNET_CREDENTIALS_PATH=/etc/skynet/credentials.yaml\n"}, at=1
        ),
        Example({"skynet.environment": "SKYNET_PORT=8000\nLLAMA_PATH=oci://model\n"}, at=2),
        Example({"skynet.environment": "OCI_MODEL_ID=cohere.command\n"}, at=1),
    ),
    good=(
        Example({"skynet.environment": "OPENAI_API_BASE_URL=http://localhost:11434\n"}),
        Example(
            {
                "skynet.environment": "# OPENAI_API_BASE_URL=https://api.openai.com\nSKYNET_PORT=8000\n"
            },
            note="a comment",
        ),
        Example({"skynet.environment": "OCI_MODEL_ID=\n"}, note="empty"),
        Example({"skynet.environment": "LLAMA_PATH=llama3.1\n"}, note="a model of one's own"),
        Example({}, absent=("skynet.environment",), note="not installed"),
    ),
    unclear=(
        Example({"skynet.environment": "OPENAI_API_BASE_URL=${MODEL_URL}\n"}),
        Example({"skynet.environment": "OPENAI_API_BASE_URL=https://llm.example.net/v1\n"}),
    ),
)
