from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, falsy, web

CONTROL = Control(
    id="web-face-expressions",
    title="Faces are not analysed",
    category=Category.AI,
    severity=Severity.CRITICAL,
    component="web",
    needs=("web.config",),
    risk=(
        "A model in the browser infers emotions from the camera and tells the "
        "other participants, an embedding page and, where configured, a webhook or "
        "a statistics server. " + BY_LINK
    ),
    upstream_default="off",
    fix=Fix(
        variable="web_face_expressions",
        value="false",
        by_hand="Remove faceLandmarks from config.js.",
    ),
    references=(
        "jitsi/jitsi-meet: config.js",
        "jitsi/jitsi-meet: react/features/face-landmarks/middleware.ts",
    ),
    gdpr="Art. 9; AI Act Art. 5(1)(f)",
    surfaces=(
        "web-face-expressions",
        "web-face-expressions-webhook",
        "web-face-rtcstats",
        "web-face-centering",
        "iframe-face-landmarks-event",
        "url-hash-ai-keys",
    ),
    check=setting(
        web,
        "faceLandmarks.enableFaceExpressionsDetection",
        "faceLandmarks.enableDisplayFaceExpressions",
        "faceLandmarks.enableRTCStats",
        "faceLandmarks.enableFaceCentering",
        judge=falsy("faces are analysed"),
    ),
    bad=(
        served(
            "var config = {\n"
            "  faceLandmarks: {\n"
            "    enableFaceExpressionsDetection: true,\n"
            "  },\n"
            "};\n",
            at=3,
        ),
        served("var config = {};\nconfig.faceLandmarks = { enableFaceCentering: true };\n", at=2),
    ),
    good=(
        served("var config = {};\n"),
        served(
            "var config = { faceLandmarks: { enableFaceCentering: false, "
            "captureInterval: 1000 } };\n"
        ),
        served(
            "var config = {\n"
            "  /* faceLandmarks: { enableFaceExpressionsDetection: true }, */\n"
            "};\n",
            note="a comment",
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { faceLandmarks: { enableFaceExpressionsDetection: isMobile } };\n"),
        BROKEN,
    ),
)
