from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import falsy, web

CONTROL = Control(
    id="web-noise-suppression-krisp",
    title="No proprietary voice model is loaded",
    category=Category.AI,
    severity=Severity.LOW,
    component="web",
    needs=("web.config",),
    risk="Krisp runs in the browser, so no audio leaves it; but it is another "
    "company's closed model on every microphone, and its logs are on offer. "
    "Upstream's built-in noise suppression is open and not meant here.",
    upstream_default="off",
    fix=Fix(by_hand="Remove noiseSuppression.krisp from config.js."),
    references=("jitsi/jitsi-meet: config.js",),
    surfaces=(
        "web-noise-suppression-krisp",
        "web-noise-suppression-rnnoise",
    ),
    check=setting(
        web,
        "noiseSuppression.krisp.enabled",
        judge=falsy("a closed voice model hears every microphone"),
    ),
    bad=(served("var config = {\n  noiseSuppression: { krisp: { enabled: true } },\n};\n", at=2),),
    good=(
        served("var config = {};\n"),
        served(
            "var config = { noiseSuppression: { krisp: { enabled: false, debugLogs: false } } };\n"
        ),
        served("var config = { disableNS: false };\n", note="the browser's own noise suppression"),
        NO_WEB,
    ),
    unclear=(
        served("var config = { noiseSuppression: { krisp: krispSettings } };\n"),
        BROKEN,
    ),
)
