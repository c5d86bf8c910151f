from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import every, unset, web

CONTROL = Control(
    id="web-jaas",
    title="Nothing is reported to 8x8's hosted service",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="web",
    needs=("web.config",),
    risk="These addresses report meetings and people to the vendor's billing, "
    "mapping and webhook services.",
    upstream_default="not set",
    fix=Fix(
        by_hand="Remove the jaas… and billing… keys and webhookProxyUrl from config.js; "
        "set enableJaaS to false."
    ),
    references=(
        "jitsi/jitsi-meet: config.js",
        "jitsi/docker-jitsi-meet: web/rootfs/defaults/settings-config.js",
    ),
    gdpr="Art. 28, 44",
    surfaces=(
        "web-jaas-endpoints",
        "web-meeting-highlights",
        "web-reactions-webhook",
        "web-jaas-app-id",
        "web-rtcstats-jaas-hardcoded",
    ),
    check=every(
        setting(
            web,
            "jaasActuatorUrl",
            "jaasTokenUrl",
            "jaasConferenceCreatorUrl",
            "jaasFeedbackMetadataURL",
            "billingCounterUrl",
            "billingId",
            judge=unset("meetings are reported to a vendor"),
        ),
        setting(
            web,
            "webhookProxyUrl",
            judge=unset("reactions, highlights and faces are posted to a webhook"),
        ),
    ),
    bad=(
        served(
            "var config = {\n  jaasActuatorUrl: 'https://8x8.vc/v1/_jaas/jaas-actuator',\n};\n",
            at=2,
        ),
        served("var config = {};\nconfig.webhookProxyUrl = 'https://hooks.example.com/';\n", at=2),
    ),
    good=(
        served("var config = {};\n"),
        served("var enableJaaS = false;\nvar config = {};\n"),
        served("// config.billingId = '1';\nvar config = {};\n", note="a comment"),
        NO_WEB,
    ),
    unclear=(
        served("var config = { webhookProxyUrl: hook };\n"),
        BROKEN,
    ),
)
