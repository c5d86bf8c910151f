from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, falsy, web

CONTROL = Control(
    id="web-e2ee-disabled",
    title="End-to-end encryption stays on offer, with keys of the participants",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="web",
    needs=("web.config",),
    risk=(
        "Without end-to-end encryption the bridge handles clear sound and pictures "
        "and can pass them on; with a key managed from outside, whoever embeds the "
        "page holds the key. " + BY_LINK
    ),
    upstream_default="offered",
    fix=Fix(by_hand="Remove e2ee.disabled and e2ee.externallyManagedKey from config.js."),
    references=("jitsi/jitsi-meet: config.js",),
    surfaces=(
        "web-e2ee-disabled",
        "url-hash-security-keys",
    ),
    check=setting(
        web,
        "e2ee.disabled",
        "e2ee.externallyManagedKey",
        "testing.disableE2EE",
        judge=falsy("participants cannot keep the meeting to themselves"),
    ),
    bad=(
        served("var config = {\n  e2ee: {\n    disabled: true,\n  },\n};\n", at=3),
        served("var config = {};\nconfig.e2ee = { externallyManagedKey: true };\n", at=2),
    ),
    good=(
        served("var config = {};\n"),
        served("var config = { e2ee: { disabled: false, labels: { label: 'disabled' } } };\n"),
        served("var config = {\n  // e2ee: { disabled: true },\n};\n", note="a comment"),
        NO_WEB,
    ),
    unclear=(
        served("var config = { e2ee: { disabled: old } };\n"),
        BROKEN,
    ),
)
