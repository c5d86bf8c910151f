from collections.abc import Iterator

from selfhost.catalog.ai_vendors import vendor_of_variable
from selfhost.catalog.docker_variables import docker_variables
from selfhost.controls.docker_predicates import NO
from selfhost.controls.model import (
    Category,
    Cited,
    Confidence,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    passed,
    unknown,
)
from selfhost.controls.predicates import judge_setting
from selfhost.controls.web_examples import NO_ENV, env
from selfhost.effective.server import Server


def check(server: Server) -> Iterator[Verdict]:
    """Variables that look relevant by name, hold something, and are not upstream's.

    Those of AI vendors and misspelt switches have controls of their own.
    """
    for config in server.docker:
        if config.unreadable is not None:
            yield judge_setting(config, "variables", lambda _value: None, None)
            continue
        seen: set[str] = set()
        for path, node in config.walk():
            name = path[-1]
            if (
                name in seen
                or docker_variables().knows(name)
                or not docker_variables().looks_relevant(name)
            ):
                continue
            seen.add(name)
            off = isinstance(node.value, str) and node.value.strip() in NO
            if off or vendor_of_variable(name) or docker_variables().meant(name):
                continue
            yield unknown(
                f"{name} is not a variable of upstream's: what it does is not known",
                Cited.node(name, node),
            )
        for problem in config.problems:
            if problem.fatal:
                yield unknown(problem.message, Cited(problem.origin))
        yield passed("no other variable looks relevant", Cited(config.place))


CONTROL = Control(
    id="docker-unclassified-variables",
    title="No relevant variable of the deployment is unknown to this audit",
    category=Category.INTEGRITY,
    severity=Severity.MEDIUM,
    component="docker",
    needs=("docker.environment",),
    risk="A variable that docker-jitsi-meet does not have belongs to a changed image or a further "
    "container, for example an assistant. What it does is not known here, so it may not be passed "
    "over in silence.",
    upstream_default="none",
    fix=Fix(by_hand="Find out which container reads the variable; remove it if none does."),
    references=("jitsi/docker-jitsi-meet: docker-compose.yml, env.example",),
    confidence=Confidence.LIKELY,
    surfaces=("sys-docker-env", "docker-env-not-forwarded"),
    check=check,
    bad=(),
    good=(
        env("TZ=UTC\nJVB_PORT=10000\n"),
        env("#MEETING_SUMMARY_URL=https://ai.example.org/\n", note="a comment"),
        env("JIBRI_RECORDER_USER=recorder\nJIBRI_BREWERY_MUC=jibribrewery\n", note="upstream's"),
        env("RECORD_BOT=0\nLLM_ENDPOINT=\n", note="off and empty"),
        env("MAINTAINER=me\nCHAIN=x\nTIME_ZONE=UTC\n", note="no word of concern"),
        env("CALLSTATS_ID=\nTESTING_AV1_SUPPORT=1\n", note="of older releases"),
        NO_ENV,
    ),
    unclear=(
        env("TZ=UTC\nMEETING_SUMMARY_URL=https://ai.example.org/\n"),
        env("LLM_ENDPOINT=http://llm:8080\n"),
        Example(
            {
                "docker.environment": "TZ=UTC\n",
                "docker.compose": "services:\n"
                "  web:\n"
                "    environment:\n"
                "      - COPILOT_ENABLED=1\n",
            },
            note="set in the Compose file",
        ),
        env("RECORDING_UPLOADER\n", note="passed on from Compose's own environment"),
        env("TZ=UTC\nsee the handbook\n", at=2, note="a line at which Compose refuses the file"),
    ),
)
