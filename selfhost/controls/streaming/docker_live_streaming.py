from selfhost.controls.docker_predicates import switched_off
from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.web_examples import NO_ENV, env

CONTROL = Control(
    id="docker-live-streaming",
    title="The deployment does not stream",
    category=Category.STREAMING,
    severity=Severity.CRITICAL,
    component="docker",
    needs=("docker.environment",),
    risk="Together with recording, this variable lets a moderator send the meeting "
    "to a public platform.",
    upstream_default="0",
    fix=Fix(by_hand="Remove ENABLE_LIVESTREAMING from .env and recreate the web container."),
    references=("jitsi/docker-jitsi-meet: web/rootfs/defaults/settings-config.js",),
    surfaces=("web-livestreaming",),
    check=switched_off("the meeting can be streamed to the public", "ENABLE_LIVESTREAMING"),
    bad=(env("ENABLE_LIVESTREAMING=1\n", at=1),),
    good=(
        env("TZ=UTC\n"),
        env("# ENABLE_LIVESTREAMING=1\n", note="a comment"),
        env(
            "ENABLE_LIVESTREAMING_HELP_LINK=https://example.org/\n",
            note="a link alone does nothing",
        ),
        NO_ENV,
    ),
    unclear=(env("ENABLE_LIVESTREAMING=${STREAM}\n"),),
)
