from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import on, setting

KEY = "jicofo.conference.enable-moderator-checks"

CONTROL = Control(
    id="jicofo-moderator-checks",
    title="Only moderators may start a recording",
    category=Category.RECORDING,
    severity=Severity.HIGH,
    component="jicofo",
    needs=("jicofo.config",),
    risk="Participants who are not moderators may start recordings and place calls.",
    upstream_default="on",
    fix=Fix(by_hand=f"Remove {KEY} from jicofo.conf, or set it to true, and restart jicofo."),
    references=("jitsi/jicofo: jicofo/src/main/resources/reference.conf",),
    surfaces=("jicofo-moderator-checks",),
    check=setting(
        lambda server: server.jicofo, KEY, judge=on("whoever is in the room may start a recording")
    ),
    bad=(
        Example({"jicofo.config": "jicofo.conference {\n  enable-moderator-checks = false\n}\n"}),
        Example({"jicofo.config": f'{KEY} = true\n{KEY} = "False"\n'}, at=2, note="the last wins"),
    ),
    good=(
        Example({"jicofo.config": f"{KEY} = true\n"}),
        Example({"jicofo.config": f"# {KEY} = false\njicofo {{}}\n"}, note="a comment"),
        Example(
            {"jicofo.config": "conference.enable-moderator-checks = false\n"}, note="no jicofo"
        ),
        Example({}, absent=("jicofo.config",), note="not installed"),
    ),
    unclear=(Example({"jicofo.config": f"{KEY} = ${{CHECKS}}\n"}),),
)
