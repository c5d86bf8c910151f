from selfhost.controls.jvm_predicates import no_unknown_key
from selfhost.controls.model import Category, Confidence, Control, Example, Fix, Severity


def _config(text: str, at: int = 0, note: str = "") -> Example:
    return Example({"jicofo.config": text}, at, note)


CONTROL = Control(
    id="jicofo-unknown-keys",
    title="No key of the focus is unknown to this audit",
    category=Category.INTEGRITY,
    severity=Severity.MEDIUM,
    component="jicofo",
    needs=("jicofo.config",),
    risk="A key that upstream does not have belongs to a changed or newer program. What it does "
    "is not known here, so it may not be passed over in silence.",
    upstream_default="none",
    fix=Fix(by_hand="Find out what reads the key; remove it if nothing does."),
    references=("jitsi/jicofo: reference.conf of each module",),
    confidence=Confidence.LIKELY,
    check=no_unknown_key(lambda server: server.jicofo),
    bad=(
        _config('jicofo.assistant.target = "https://api.openai.com/v1"\n', at=1),
        _config("jicofo {\n  enable-auto-owner = false\n}\n", at=2, note="in the wrong block"),
        _config("jicofo.conference.enable_auto_owner = false\n", at=1, note="another spelling"),
    ),
    good=(
        _config('jicofo.xmpp.client { hostname = localhost, password = "x" }\n'),
        _config('jicofo { bridge { region-groups = [["a"]] }, local-region = "a" }\n'),
        _config("jicofo.summary.enabled = false\n", note="unknown, and off"),
        _config("jicofo { conference { enable-auto-owner = false } }\n", note="where it is read"),
        _config("jicofo.enable-auto-owner = true\n", note="misplaced, and protects nobody anyway"),
        _config("jicofo.vip-lounge = true\n", note="unknown, and of no concern"),
        _config("# jicofo.summary.enabled = true\n", note="a comment"),
        Example({}, absent=("jicofo.config",), note="not installed"),
    ),
    unclear=(
        _config("jicofo {\n  summary { enabled = true }\n}\n", at=2),
        _config('jicofo.transcription.llm-url = "x"\n', at=1),
        _config('jicofo.other = "wss://x.example"\n', at=1),
        _config('include url("https://x.example/more.conf")\n'),
    ),
)
