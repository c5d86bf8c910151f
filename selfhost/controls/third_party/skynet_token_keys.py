from collections.abc import Iterator

from selfhost.controls.model import Category, Control, Example, Fix, Severity, Verdict
from selfhost.controls.variable_predicates import own_url, per_program
from selfhost.effective.config import Config
from selfhost.effective.server import Server


def judge(server: Server, config: Config) -> Iterator[Verdict]:
    yield own_url(server, config, "ASAP_PUB_KEYS_REPO_URL", "it decides whose tokens count")


CONTROL = Control(
    id="skynet-token-keys",
    title="Keys that tokens are checked with come from your own server",
    category=Category.THIRD_PARTY,
    severity=Severity.MEDIUM,
    component="skynet",
    needs=("skynet.environment",),
    risk="Whoever runs the server with the keys can make tokens that Skynet accepts.",
    upstream_default="none; it must be set unless tokens are not checked",
    fix=Fix(by_hand="Let ASAP_PUB_KEYS_REPO_URL lead to a server of your own."),
    references=("jitsi/skynet: skynet/env.py",),
    surfaces=("skynet-asap-keys",),
    check=per_program("skynet", judge),
    bad=(
        Example(
            {
                "skynet.environment": "ASAP_PUB_KEYS_REPO_URL=https://jaas-public-keys.jitsi.net/keys\n"
            },
            at=1,
        ),
    ),
    good=(
        Example({"skynet.environment": "ASAP_PUB_KEYS_REPO_URL=http://10.0.0.4/keys\n"}),
        Example({}, absent=("skynet.environment",), note="not installed"),
        Example(
            {
                "skynet.environment": (
                    "ASAP_PUB_KEYS_REPO_URL=http://10.0.0.4/keys\n"
                    "# ASAP_PUB_KEYS_REPO_URL=https://jaas-public-keys.jitsi.net/keys\n"
                )
            },
            note="a comment",
        ),
    ),
    unclear=(Example({"skynet.environment": "ASAP_PUB_KEYS_REPO_URL=https://keys.example.net\n"}),),
)
