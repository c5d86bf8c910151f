from selfhost.controls.docker_predicates import switched_off
from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.web_examples import NO_ENV, env

CONTROL = Control(
    id="docker-jaas",
    title="Nothing of 8x8's hosted service is used",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="docker",
    needs=("docker.environment",),
    risk="ENABLE_JAAS_COMPONENTS registers the deployment with 8x8 together with an "
    "e-mail address, and sends room names to its phone service. With "
    "JAAS_APP_ID the page is a skin: signalling, media and telemetry run at 8x8.",
    upstream_default="0",
    fix=Fix(by_hand="Remove ENABLE_JAAS_COMPONENTS, JAAS_APP_ID and JAAS_USE_STAGING from .env."),
    references=("jitsi/docker-jitsi-meet: web/rootfs/defaults/settings-config.js",),
    surfaces=(
        "web-jaas-switch",
        "web-jaas-app-id",
        "jaas-account-registration",
        "docker-env-not-forwarded",
    ),
    check=switched_off(
        "the deployment is tied to 8x8", "ENABLE_JAAS_COMPONENTS", "JAAS_APP_ID", "JAAS_USE_STAGING"
    ),
    bad=(
        env("ENABLE_JAAS_COMPONENTS=1\n", at=1),
        env("JAAS_APP_ID=vpaas-magic-cookie-0\n", at=1),
    ),
    good=(
        env("#ENABLE_JAAS_COMPONENTS=0\n"),
        env("ENABLE_JAAS_COMPONENTS=0\n"),
        NO_ENV,
        Example(
            {"docker.environment": "#ENABLE_JAAS_COMPONENTS=0\n# ENABLE_JAAS_COMPONENTS=1\n"},
            note="a comment",
        ),
    ),
    unclear=(env("ENABLE_JAAS_COMPONENTS=$JAAS\n"),),
)
