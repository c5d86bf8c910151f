from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import empty, setting
from selfhost.controls.recorder_predicates import jibri

KEY = "jibri.webhook.subscribers"

CONTROL = Control(
    id="jibri-webhooks",
    title="A recorder tells nobody when it is busy",
    category=Category.THIRD_PARTY,
    severity=Severity.MEDIUM,
    component="jibri",
    needs=("jibri.config",),
    risk="Each address learns, every minute and at every change, whether a recording runs.",
    upstream_default="nobody",
    fix=Fix(by_hand="Set jibri.webhook.subscribers = [] in jibri.conf and restart jibri."),
    references=("jitsi/jibri: src/main/resources/reference.conf",),
    surfaces=("jibri-webhooks",),
    check=setting(jibri, KEY, judge=empty("the recorder's state is posted there")),
    bad=(
        Example(
            {
                "jibri.config": "jibri {\n  webhook {\n"
                '    subscribers = ["https://hooks.example.com/jibri"]\n  }\n}\n'
            },
            at=3,
        ),
        Example({"jibri.config": f'{KEY} += "http://10.0.0.7/state"\n'}, at=1, note="appended"),
    ),
    good=(
        Example({"jibri.config": f"{KEY} = []\n"}),
        Example({"jibri.config": "jibri { webhook { } }\n"}),
        Example({}, absent=("jibri.config",), note="not installed"),
        Example(
            {
                "jibri.config": (
                    "jibri.webhook.subscribers = []\n"
                    "# jibri {\n"
                    "#   webhook {\n"
                    '#     subscribers = ["https://hooks.example.com/jibri"]\n'
                    "#   }\n"
                    "# }\n"
                )
            },
            note="a comment",
        ),
    ),
    unclear=(Example({"jibri.config": f"{KEY} = [ ${{HOOK}} ]\n"}),),
)
