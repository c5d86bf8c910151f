from collections.abc import Iterator

from selfhost.catalog.docker_variables import docker_variables
from selfhost.controls.docker_predicates import NO
from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
)
from selfhost.controls.predicates import judge_setting
from selfhost.controls.web_examples import NO_ENV, env
from selfhost.effective.config import Config
from selfhost.effective.server import Server
from selfhost.readers.tree import Node


def check(server: Server) -> Iterator[Verdict]:
    """Safeguards that are none: renamed, misspelt, or written where nobody reads."""
    for config in server.docker:
        if config.unreadable is not None:
            yield judge_setting(config, "variables", lambda _value: None, None)
            continue
        told: set[str] = set()
        for path, node in config.walk():
            name = path[-1]
            why = "" if name in told else _why(config, name, node)
            if why:
                told.add(name)
                yield fail(f"{name} protects nobody: {why}", Cited.node(name, node))
        if not told:
            yield passed("no safeguard without effect is relied on", Cited(config.place))


def _why(config: Config, name: str, node: Node) -> str:
    """Why what was meant to protect does not; empty where nothing was meant to."""
    if not isinstance(node.value, str) or not node.value.strip():
        return ""
    variables = docker_variables()
    on = node.value.strip() not in NO
    if name in variables.inert:
        # Self-start reads the wrong way round: switched off, it allows what it seems to forbid.
        relied_on = on if name.startswith("DISABLE_") else not on
        if name == "ENABLE_LOCAL_RECORDING_SELF_START" and _disabled(config):
            return ""
        return variables.inert[name] if relied_on else ""
    if name in variables.former:
        protective = on if name.startswith("DISABLE_") else not on
        since = variables.former[name]
        if protective and variables.looks_relevant(name):
            return f"the last release that had it is {since}"
        return ""
    meant = variables.meant(name)
    if meant and variables.looks_relevant(name):
        return f"upstream's variable is called {meant}"
    return ""


def _disabled(config: Config) -> bool:
    node = config.get("DISABLE_LOCAL_RECORDING")
    return node is not None and isinstance(node.value, str) and node.value.strip() not in NO


CONTROL = Control(
    id="docker-ineffective-variables",
    title="No variable is relied on that has no effect",
    category=Category.INTEGRITY,
    severity=Severity.LOW,
    component="docker",
    needs=("docker.environment",),
    risk="Whoever set the variable believes to be protected and is not: the name is misspelt or of "
    "an older release, or what it writes is read by nobody.",
    upstream_default="not set",
    fix=Fix(by_hand="Remove the variable; set the one that the finding names, where it names one."),
    references=(
        "jitsi/docker-jitsi-meet: web/rootfs/defaults/settings-config.js",
        "jitsi/jitsi-meet: react/features (no reader of either transcription key)",
    ),
    surfaces=("web-docker-dead-transcription-keys", "docker-env-not-forwarded"),
    check=check,
    bad=(
        env("TZ=UTC\nDISABLE_START_FOR_ALL=1\n", at=2, note="nobody reads what it writes"),
        env("AUTO_CAPTION_ON_RECORD=false\n", at=1),
        env("ENABLE_LOCAL_RECORDING_SELF_START=0\n", at=1, note="works the wrong way round"),
        env("ENABLE_FILE_RECORDING_SERVICE=0\n", at=1, note="of an older release"),
        env("DISABLE_LOCAL_RECORDINGS=1\n", at=1, note="misspelt"),
        env("ENABLE_TRANSCRIPTION=0\n", at=1, note="misspelt"),
    ),
    good=(
        env("TZ=UTC\nDISABLE_LOCAL_RECORDING=1\nENABLE_TRANSCRIPTIONS=0\n"),
        env("#DISABLE_START_FOR_ALL=1\n", note="a comment"),
        env("DISABLE_START_FOR_ALL=0\n", note="nothing is expected of it"),
        env("DISABLE_LOCAL_RECORDING=1\nENABLE_LOCAL_RECORDING_SELF_START=0\n"),
        env("ENABLE_FLOC=0\nENABLE_LIPSYNC=0\nBRIDGE_CHANNEL=websocket\n", note="of no concern"),
        Example({"docker.environment": "AUTO_CAPTION_ON_RECORD\n"}, note="passed on only"),
        NO_ENV,
    ),
    unclear=(Example({"docker.environment": "\x00\n"}, note="not a text file"),),
)
