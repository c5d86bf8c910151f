import re

from selfhost.controls.docker_predicates import docker
from selfhost.controls.model import Category, Confidence, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import NO_ENV, env

SUSPICIOUS = re.compile(
    r"transcri|translat|record|jibri|jigasi|stream|amplitude|webhook|muc_mam|archive|whisper|http_post"
    r"|event_sync|https?://|wss?://",
    re.IGNORECASE,
)


def _suspicious(value: object) -> str | None:
    """A word that has to do with recording, AI or an outside service."""
    match = SUSPICIOUS.search(str(value or ""))
    return f"it holds {match.group()!r}, which is pasted in as it stands" if match else None


CONTROL = Control(
    id="docker-pasted-configuration",
    title="No configuration of recorders or AI is pasted in",
    category=Category.INTEGRITY,
    severity=Severity.HIGH,
    component="docker",
    needs=("docker.environment",),
    risk="The text of these variables is pasted into Prosody's files or before "
    "config.js as it stands. It can switch on anything that no variable is "
    "meant for, such as forced transcription.",
    upstream_default="none",
    fix=Fix(
        by_hand="Read the variable, remove what is not wanted, and prefer a variable of "
        "its own where there is one."
    ),
    references=("jitsi/docker-jitsi-meet: prosody/rootfs/defaults/conf.d/jitsi-meet.cfg.lua",),
    confidence=Confidence.LIKELY,
    surfaces=(
        "docker-web-config-prefix",
        "prosody-force-transcription",
        "prosody-global-config-injection",
    ),
    check=setting(
        docker,
        "GLOBAL_CONFIG",
        "GLOBAL_MODULES",
        "XMPP_CONFIGURATION",
        "XMPP_MODULES",
        "XMPP_MUC_CONFIGURATION",
        "XMPP_MUC_MODULES",
        "XMPP_INTERNAL_MUC_MODULES",
        "WEB_CONFIG_PREFIX",
        "JIGASI_CONFIGURATION",
        judge=_suspicious,
    ),
    bad=(
        env("XMPP_MUC_CONFIGURATION=force_async_transcription = true\n", at=1),
        env("TZ=UTC\nXMPP_MUC_MODULES=muc_mam\n", at=2),
        env('GLOBAL_CONFIG=event_sync_api_prefix = \\"https://hooks.example.com\\"\n', at=1),
    ),
    good=(
        env("TZ=UTC\n"),
        env("GLOBAL_CONFIG=c2s_idle_timeout = 60\n"),
        env("#XMPP_MUC_MODULES=muc_mam\n", note="a comment"),
        NO_ENV,
    ),
    unclear=(env("GLOBAL_CONFIG=${EXTRA}\n"),),
)
