from selfhost.controls.jvm_predicates import no_unknown_key
from selfhost.controls.model import Category, Confidence, Control, Example, Fix, Severity


def _config(text: str, at: int = 0, note: str = "") -> Example:
    return Example({"videobridge.config": text}, at, note)


CONTROL = Control(
    id="videobridge-unknown-keys",
    title="No key of the bridge is unknown to this audit",
    category=Category.INTEGRITY,
    severity=Severity.MEDIUM,
    component="videobridge",
    needs=("videobridge.config",),
    risk="A key that upstream does not have belongs to a changed or newer program. What it does "
    "is not known here, so it may not be passed over in silence.",
    upstream_default="none",
    fix=Fix(by_hand="Find out what reads the key; remove it if nothing does."),
    references=("jitsi/jitsi-videobridge: jvb/src/main/resources/reference.conf",),
    confidence=Confidence.LIKELY,
    check=no_unknown_key(lambda server: server.videobridge),
    bad=(
        _config('videobridge.insight.target = "https://api.openai.com/v1"\n', at=1),
        _config(
            "videobridge {\n  harvest.mapping.aws.enabled = false\n}\n", at=2, note="misplaced"
        ),
        _config("ice4j.mapping.stun.addresses = []\n", at=1, note="misplaced"),
    ),
    good=(
        _config('videobridge.stats { enabled = true, transports = [ { type = "muc" } ] }\n'),
        _config('videobridge.websockets { tls = true, domain = "meet.example.org:443" }\n'),
        _config("videobridge.recording { enabled = false }\n", note="unknown, and off"),
        _config("# videobridge.recording.enabled = true\n", note="a comment"),
        _config("ice4j.harvest.mapping { aws.enabled = false, stun.addresses = [] }\n"),
        Example({}, absent=("videobridge.config",), note="not installed"),
    ),
    unclear=(
        _config("videobridge.recording { mode = all }\n", at=1),
        _config('videobridge.exporter.target = "wss://x.example"\n', at=1),
        _config("jmt.debug.dump-media = true\n", at=1),
    ),
)
