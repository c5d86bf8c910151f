from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, truthy, web

CONTROL = Control(
    id="web-analytics-disabled",
    title="Analytics are switched off as a whole",
    category=Category.TELEMETRY,
    severity=Severity.MEDIUM,
    component="web",
    needs=("web.config",),
    risk=(
        "The master switch keeps every analytics handler from starting, whatever "
        "keys are set. It does not cover rtcstats. " + BY_LINK
    ),
    upstream_default="not switched off",
    fix=Fix(
        variable="web_analytics",
        value="false",
        by_hand="Set config.analytics = { disabled: true } in config.js.",
    ),
    references=(
        "jitsi/jitsi-meet: config.js",
        "jitsi/jitsi-meet: react/features/base/lib-jitsi-meet/functions.any.ts",
    ),
    surfaces=(
        "web-analytics-disabled",
        "url-hash-telemetry-keys",
    ),
    check=setting(
        web,
        "analytics.disabled",
        judge=truthy("the master switch is not set"),
        absent="the master switch is not set",
    ),
    bad=(
        served("var config = { analytics: {} };\n"),
        served("var config = {};\n", note="absent means not switched off"),
        served("var config = {\n  analytics: {\n    disabled: false,\n  },\n};\n", at=3),
        served(
            "var config = { analytics: { disabled: true } };\nconfig.analytics = {};\n",
            note="replaced later",
        ),
    ),
    good=(
        served("var config = { analytics: { disabled: true } };\n"),
        served("var config = { analytics: {} };\nconfig.analytics.disabled = true;\n"),
        NO_WEB,
        Example(
            {
                "web.config": (
                    "var config = { analytics: { disabled: true } };\n"
                    "// var config = { analytics: {} };\n"
                )
            },
            note="a comment",
        ),
    ),
    unclear=(
        served("var config = { analytics: { disabled: doNotTrack } };\n"),
        BROKEN,
    ),
)
