from selfhost.controls.docker_predicates import switched_off
from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.web_examples import NO_ENV, env

CONTROL = Control(
    id="docker-remote-shutdown",
    title="Control interfaces are not switched on",
    category=Category.EXPOSURE,
    severity=Severity.MEDIUM,
    component="docker",
    needs=("docker.environment",),
    risk="These interfaces answer to whoever reaches the port, without a password: "
    "they show rooms and statistics, and one of them stops the program.",
    upstream_default="off",
    fix=Fix(
        by_hand="Remove COLIBRI_REST_ENABLED, SHUTDOWN_REST_ENABLED, JICOFO_ENABLE_REST, "
        "JIGASI_ENABLE_REST and ENABLE_LOAD_TEST_CLIENT from .env."
    ),
    references=("jitsi/docker-jitsi-meet: docker-compose.yml",),
    surfaces=(
        "jvb-colibri-rest",
        "jvb-rest-shutdown",
        "jicofo-rest-host",
        "jigasi-rest",
        "load-test-client",
    ),
    check=switched_off(
        "a control interface is on",
        "COLIBRI_REST_ENABLED",
        "SHUTDOWN_REST_ENABLED",
        "JICOFO_ENABLE_REST",
        "JIGASI_ENABLE_REST",
        "ENABLE_LOAD_TEST_CLIENT",
    ),
    bad=(
        env("COLIBRI_REST_ENABLED=true\n", at=1),
        env("TZ=UTC\nSHUTDOWN_REST_ENABLED=1\n", at=2),
    ),
    good=(
        env("TZ=UTC\n"),
        env("#COLIBRI_REST_ENABLED=true\n", note="a comment"),
        env("JICOFO_ENABLE_REST=0\n"),
        NO_ENV,
    ),
    unclear=(env("COLIBRI_REST_ENABLED=${REST}\n"),),
)
