import re
from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
    unknown,
)
from selfhost.controls.transcriber_predicates import PREFIX, per_gateway
from selfhost.effective.config import Config
from selfhost.effective.server import Server
from selfhost.readers.tree import Unknown

REMOTE = PREFIX + "transcription.SEND_JSON_REMOTE_URLS"
ACTION = re.compile(re.escape(PREFIX) + r"transcription\.action\.[^.]+\.URL")


def judge(_server: Server, config: Config) -> Iterator[Verdict]:
    keys = dict.fromkeys(path[0] for path, _ in config.walk())
    for key in keys:
        spoken = ACTION.fullmatch(key)
        if key != REMOTE and not spoken:
            continue
        node = config.get((key,))
        if node is None or not str(node.plain()).strip():
            continue
        cited = Cited.node(key, node)
        if isinstance(node.value, Unknown):
            yield unknown(f"{key} cannot be told: {node.value.reason}", cited)
        elif spoken:
            yield fail(f"when a phrase is spoken, the text goes to {node.value}", cited)
        else:
            yield fail(f"each line goes to {node.value}", cited)
    yield passed("transcripts are sent to no address", Cited(config.place, REMOTE))


CONTROL = Control(
    id="jigasi-transcripts-sent",
    title="Transcripts are sent to no web address",
    category=Category.THIRD_PARTY,
    severity=Severity.CRITICAL,
    component="jigasi",
    needs=("jigasi.config",),
    risk=(
        "Each line of what is said is posted to these addresses while the meeting goes on; an "
        "action does so when its phrase is spoken."
    ),
    upstream_default="absent",
    fix=Fix(
        by_hand="Remove org.jitsi.jigasi.transcription.SEND_JSON_REMOTE_URLS and "
        "org.jitsi.jigasi.transcription.action.* and restart jigasi."
    ),
    references=(
        "jitsi/jigasi: src/main/java/org/jitsi/jigasi/transcription/TranscriptHandler.java",
        "jitsi/jigasi: "
        "src/main/java/org/jitsi/jigasi/transcription/action/ActionServicesHandler.java",
    ),
    gdpr="Art. 28, 44",
    surfaces=("jigasi-send-json-remote", "jigasi-action-phrases"),
    check=per_gateway(judge),
    bad=(
        Example({"jigasi.config": f"{REMOTE}=https://hooks.example.com/t\n"}, at=1),
        Example(
            {
                "jigasi.config": f"{PREFIX}transcription.action.kick.PHRASE=Jitsi kick\n"
                f"{PREFIX}transcription.action.kick.URL=https://actions.example.com/kick\n"
            },
            at=2,
        ),
    ),
    good=(
        Example({"jigasi.config": f"{PREFIX}transcription.SEND_JSON=true\n"}, note="to the room"),
        Example({"jigasi.config": f"{REMOTE}=\n"}, note="empty"),
        Example({"jigasi.config": f"! {REMOTE}=https://hooks.example.com\n"}, note="a comment"),
        Example(
            {"jigasi.config": f"{PREFIX}transcription.action.kick.PHRASE=Jitsi kick\n"},
            note="a phrase without an address",
        ),
        Example({}, absent=("jigasi.config",), note="not installed"),
    ),
    unclear=(Example({"jigasi.config": f"{REMOTE}={{{{ .Env.URLS }}}}\n"}),),
)
