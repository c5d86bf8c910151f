from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, falsy, web

CONTROL = Control(
    id="web-feedback",
    title="People are not asked to rate the call",
    category=Category.TELEMETRY,
    severity=Severity.LOW,
    component="web",
    needs=("web.config",),
    risk=(
        "After each call a dialog asks for a rating and a comment, which go to "
        "whatever statistics service is set. " + BY_LINK
    ),
    upstream_default="everybody is asked",
    fix=Fix(
        variable="web_feedback_percentage",
        value="0",
        by_hand="Set config.feedbackPercentage = 0 in config.js.",
    ),
    references=(
        "jitsi/jitsi-meet: config.js",
        "jitsi/jitsi-meet: react/features/feedback/actions.web.ts",
    ),
    surfaces=("web-feedback",),
    check=setting(
        web,
        "feedbackPercentage",
        judge=falsy("people are asked to rate calls"),
        absent="everybody is asked to rate calls",
    ),
    bad=(
        served("var config = {};\n", note="absent means everybody"),
        served("var config = {\n  feedbackPercentage: 100,\n};\n", at=2),
    ),
    good=(
        served("var config = { feedbackPercentage: 0 };\n"),
        served(
            "var config = { feedbackPercentage: 100 };\nconfig.feedbackPercentage = 0;\n",
            note="overridden later",
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { feedbackPercentage: share };\n"),
        BROKEN,
    ),
)
