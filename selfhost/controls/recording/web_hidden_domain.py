from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.predicates import setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import unset, web

CONTROL = Control(
    id="web-hidden-domain",
    title="No domain of invisible participants is named",
    category=Category.RECORDING,
    severity=Severity.HIGH,
    component="web",
    needs=("web.config",),
    risk="Participants who log in on this domain are shown to nobody: neither in "
    "the list nor in the count. It is how recorders and transcribers stay out "
    "of sight.",
    upstream_default="not set",
    fix=Fix(
        by_hand="Remove hiddenDomain from config.js unless recording or transcription is wanted."
    ),
    references=("jitsi/jitsi-meet: config.js",),
    gdpr="Art. 5(1)(a)",
    surfaces=("web-hidden-domain",),
    check=setting(
        web,
        "hiddenDomain",
        "hiddenFromRecorderFeatureEnabled",
        judge=unset("participants of this domain are invisible"),
    ),
    bad=(
        served("var config = {\n  hiddenDomain: 'recorder.meet.example.org',\n};\n", at=2),
        served("var config = {};\nconfig.hiddenDomain = 'hidden.meet.jitsi';\n", at=2),
    ),
    good=(
        served("var config = {};\n"),
        served(
            "var config = { hosts: { hiddenDomain: 'recorder.meet.example.org' } };\n",
            note="in another object it does nothing",
        ),
        served(
            "var config = { hiddenDomain: 'recorder.meet.example.org' };\n"
            "delete config.hiddenDomain;\n",
            note="deleted later",
        ),
        served(
            "/* config.hiddenDomain = 'hidden.meet.jitsi'; */\nvar config = {};\n", note="a comment"
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { hiddenDomain: 'recorder.' + location.hostname };\n"),
        BROKEN,
    ),
)
