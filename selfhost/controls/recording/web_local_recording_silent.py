from collections.abc import Iterator

from selfhost.controls.model import Category, Control, Fix, Severity, Verdict
from selfhost.controls.predicates import judge_setting
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import BY_LINK, is_true, truthy
from selfhost.effective.server import Server


def check(server: Server) -> Iterator[Verdict]:
    """Judged only where local recording is offered."""
    for config in server.web:
        offered = config.get("localRecording.disable")
        told = config.get("localRecording.notifyAllParticipants")
        silent = told is None or not is_true(told.plain())
        if silent and offered is not None and is_true(offered.plain()):
            # Disabled: there is nothing to announce. Not known (which is true here): unknown.
            yield judge_setting(config, "localRecording.disable", truthy("offered"), None)
            continue
        why = "a participant can record without the others being told"
        yield judge_setting(config, "localRecording.notifyAllParticipants", truthy(why), why)


CONTROL = Control(
    id="web-local-recording-silent",
    title="A local recording is announced to everybody",
    category=Category.RECORDING,
    severity=Severity.HIGH,
    component="web",
    needs=("web.config",),
    risk=(
        "With local recording on offer and this key left out, nobody else hears "
        "that one participant records the meeting. " + BY_LINK
    ),
    upstream_default="silent",
    fix=Fix(
        variable="web_local_recording",
        value="false",
        by_hand="Set config.localRecording.disable = true, or "
        "config.localRecording.notifyAllParticipants = true, in config.js.",
    ),
    references=(
        "jitsi/jitsi-meet: config.js",
        "jitsi/jitsi-meet: react/features/recording/middleware.ts",
    ),
    gdpr="Art. 5(1)(a), 13",
    surfaces=("web-local-recording-silent",),
    check=check,
    bad=(
        served("var config = {};\n", note="offered and silent by default"),
        served(
            "var config = {\n  localRecording: {\n    notifyAllParticipants: false,\n  },\n};\n",
            at=3,
        ),
    ),
    good=(
        served("var config = { localRecording: { notifyAllParticipants: true } };\n"),
        served("var config = { localRecording: { disable: true } };\n", note="nothing to announce"),
        NO_WEB,
    ),
    unclear=(
        served(
            "var config = { localRecording: { notifyAllParticipants: window.top === window } };\n"
        ),
        served("var config = { localRecording: { disable: window.top === window } };\n"),
        BROKEN,
    ),
)
