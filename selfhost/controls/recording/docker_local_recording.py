from selfhost.controls.docker_predicates import switched_on
from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.web_examples import NO_ENV, env

CONTROL = Control(
    id="docker-local-recording",
    title="The deployment offers no recording to one's own disk",
    category=Category.RECORDING,
    severity=Severity.HIGH,
    component="docker",
    needs=("docker.environment",),
    risk="Unless this variable is set, the client offers everybody to record the "
    "meeting to a file.",
    upstream_default="offered",
    fix=Fix(by_hand="Set DISABLE_LOCAL_RECORDING=1 in .env and recreate the web container."),
    references=("jitsi/docker-jitsi-meet: web/rootfs/defaults/settings-config.js",),
    surfaces=("web-local-recording",),
    check=switched_on("anybody may record the meeting to a file", "DISABLE_LOCAL_RECORDING", "web"),
    bad=(
        env("HTTP_PORT=8000\n", note="unset means offered"),
        env("DISABLE_LOCAL_RECORDING=0\n", at=1),
        env("#DISABLE_LOCAL_RECORDING=1\n", note="a comment"),
    ),
    good=(
        env("DISABLE_LOCAL_RECORDING=1\n"),
        env('DISABLE_LOCAL_RECORDING="true"\n'),
        Example(
            {"docker.environment /srv/other.env": "POSTGRES_USER=x\n"},
            note="not a deployment's file",
        ),
        NO_ENV,
    ),
    unclear=(env("DISABLE_LOCAL_RECORDING\n", note="from Compose's own environment"),),
)
