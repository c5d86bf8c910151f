from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import off, setting

CONTROL = Control(
    id="jicofo-visitors",
    title="The focus sends no participants to other chat servers",
    category=Category.EXPOSURE,
    severity=Severity.MEDIUM,
    component="jicofo",
    needs=("jicofo.config",),
    risk="From a number of participants on, further ones are sent to other XMPP servers, to which "
    "the meeting is copied.",
    upstream_default="off",
    fix=Fix(by_hand="Remove visitors from jicofo.conf, or set its enabled to false; restart."),
    references=("jitsi/jicofo: jicofo/src/main/resources/reference.conf",),
    surfaces=("jicofo-visitors",),
    check=setting(
        lambda server: server.jicofo,
        "jicofo.visitors.enabled",
        judge=off("visitors are sent to other servers"),
    ),
    bad=(
        Example({"jicofo.config": "jicofo.visitors {\n  enabled = true\n}\n"}, at=2),
        Example({"jicofo.config": 'jicofo.visitors.enabled = "True"\n'}, at=1),
    ),
    good=(
        Example({"jicofo.config": "jicofo.visitors.enabled = false\n"}),
        Example({"jicofo.config": "jicofo { # visitors.enabled = true\n}\n"}, note="a comment"),
        Example({"jicofo.config": "visitors.enabled = true\n"}, note="outside jicofo"),
        Example({}, absent=("jicofo.config",), note="not installed"),
    ),
    unclear=(Example({"jicofo.config": "jicofo.visitors.enabled = ${V}\n"}),),
)
