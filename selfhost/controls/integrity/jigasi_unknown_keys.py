from collections.abc import Iterator

from selfhost.controls.jvm_predicates import judged_key
from selfhost.controls.model import (
    Category,
    Cited,
    Confidence,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    passed,
)
from selfhost.controls.transcriber_predicates import PREFIX, per_gateway
from selfhost.effective.config import Config
from selfhost.effective.server import Server


def judge(_server: Server, config: Config) -> Iterator[Verdict]:
    for key in dict.fromkeys(path[0] for path, _ in config.walk()):
        node = config.get((key,))
        if node is None or not key.startswith(PREFIX):
            continue
        verdict = judged_key(tuple(key.split(".")), node)
        if verdict is not None:
            yield verdict
    yield passed("every key that looks relevant is one of upstream's", Cited(config.place))


CONTROL = Control(
    id="jigasi-unknown-keys",
    title="No key of the gateway is unknown to this audit",
    category=Category.INTEGRITY,
    severity=Severity.MEDIUM,
    component="jigasi",
    needs=("jigasi.config",),
    risk=(
        "A key that upstream does not have belongs to a changed or newer program, or is misspelt "
        "and protects nothing. What it does is not known here."
    ),
    upstream_default="none",
    fix=Fix(by_hand="Find out what reads the key; remove it if nothing does."),
    references=("jitsi/jigasi: jigasi-home/sip-communicator.properties",),
    confidence=Confidence.LIKELY,
    check=per_gateway(judge),
    bad=(
        Example(
            {"jigasi.config": f"{PREFIX}transcription.summary.url=https://api.openai.com/v1\n"},
            at=1,
        ),
    ),
    good=(
        Example(
            {
                "jigasi.config": f"{PREFIX}transcription.SAVE_TXT=true\n"
                f"{PREFIX}xmpp.acc.BOSH_URL_PATTERN=https://x.example/http-bind\n"
                f"{PREFIX}ENABLE_SIP=true\n{PREFIX}ALLOWED_JID=a@b\n"
            }
        ),
        Example(
            {"jigasi.config": "net.java.sip.communicator.x.ENABLE_RECORDING=true\n"},
            note="not one of Jigasi's own",
        ),
        Example({"jigasi.config": f"#{PREFIX}transcription.LLM_URL=x\n"}, note="a comment"),
        Example({}, absent=("jigasi.config",), note="not installed"),
    ),
    unclear=(
        Example({"jigasi.config": f"{PREFIX}transcription.LLM_URL=x\n"}, at=1),
        Example({"jigasi.config": f"{PREFIX}transcription.save_txt=true\n"}, note="misspelt"),
    ),
)
