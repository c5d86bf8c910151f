from selfhost.controls.docker_predicates import switched_off
from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.web_examples import NO_ENV, env

CONTROL = Control(
    id="docker-recording",
    title="The deployment does not record",
    category=Category.RECORDING,
    severity=Severity.CRITICAL,
    component="docker",
    needs=("docker.environment",),
    risk="This variable brings the button into the client, the hidden domain and "
    "its way past lobby and password into Prosody, and the recorders' room "
    "into jicofo.",
    upstream_default="0",
    fix=Fix(
        by_hand="Remove ENABLE_RECORDING, ENABLE_SERVICE_RECORDING, "
        "ENABLE_FILE_RECORDING_SHARING and the JIBRI_WEBHOOK… "
        "variables from .env and recreate the containers."
    ),
    references=(
        "jitsi/docker-jitsi-meet: web/rootfs/defaults/settings-config.js",
        "jitsi/docker-jitsi-meet: jicofo/rootfs/defaults/jicofo.conf",
    ),
    surfaces=(
        "web-recording-service",
        "jicofo-jibri-brewery",
    ),
    check=switched_off(
        "the deployment records",
        "ENABLE_RECORDING",
        "ENABLE_SERVICE_RECORDING",
        "ENABLE_FILE_RECORDING_SHARING",
        "ENABLE_FILE_RECORDING_SERVICE",
        "ENABLE_FILE_RECORDING_SERVICE_SHARING",
        "JIBRI_WEBHOOK_SUBSCRIBERS",
    ),
    bad=(
        env("HTTP_PORT=8000\nENABLE_RECORDING=1\n", at=2),
        env("ENABLE_RECORDING=0\nexport ENABLE_RECORDING=true\n", at=2, note="the last one wins"),
        env("ENABLE_SERVICE_RECORDING=true\n", at=1),
        Example(
            {
                "docker.environment": "TZ=UTC\n",
                "docker.compose": "services:\n"
                "  web:\n"
                "    environment:\n"
                "      - ENABLE_RECORDING=1\n",
            },
            at=4,
            note="set in the Compose file",
        ),
    ),
    good=(
        env("HTTP_PORT=8000\n"),
        env("#ENABLE_RECORDING=1\n", note="a comment"),
        env("ENABLE_RECORDING=false\n"),
        env("MY_ENABLE_RECORDING=1\n", note="another name"),
        env(
            "JIBRI_RECORDING_DIR=/config/recordings\n"
            "JIBRI_FINALIZE_RECORDING_SCRIPT_PATH=/config/finalize.sh\n",
            note="upstream's sample had them whether or not anything records",
        ),
        env("ENABLE_RECORDING=1\nENABLE_RECORDING=0\n", note="overridden later"),
        NO_ENV,
    ),
    unclear=(env("ENABLE_RECORDING=${RECORD}\n", note="from Compose's own environment"),),
)
