import json
from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    passed,
)
from selfhost.controls.transcriber_predicates import PREFIX, own_names, per_gateway
from selfhost.controls.web_predicates import judge_address
from selfhost.effective.config import Config
from selfhost.effective.server import Server
from selfhost.readers.tree import Node

KEYS = (
    PREFIX + "transcription.whisper.websocket_url",
    PREFIX + "transcription.vosk.websocket_url",
)
WHY = "every voice is sent there"


def addresses(node: Node) -> tuple[Node, ...]:
    """One address, or one per language: ``{"en": "ws://…", "fr": "ws://…"}``."""
    if not isinstance(node.value, str) or not node.value.lstrip().startswith("{"):
        return (node,)
    try:
        languages = json.loads(node.value)
    except (ValueError, RecursionError):
        return (node,)
    values = languages.values() if isinstance(languages, dict) else ()
    return tuple(Node(str(value), node.origin, node.overrides) for value in values)


def judge(server: Server, config: Config) -> Iterator[Verdict]:
    for key in KEYS:
        node = config.get((key,))
        if node is None:
            yield passed(f"{key} is not set: the server itself", Cited(config.place, key))
            continue
        for address in addresses(node):
            yield judge_address(server, key, address, WHY, own_names(config))


CONTROL = Control(
    id="jigasi-speech-server",
    title="A server of your own recognises what is said",
    category=Category.AI,
    severity=Severity.HIGH,
    component="jigasi",
    needs=("jigasi.config",),
    risk="The sound of each speaker is sent to this Whisper or Vosk server.",
    upstream_default="ws://localhost:8000/ws (Whisper), ws://localhost:2700 (Vosk)",
    fix=Fix(
        by_hand="Set org.jitsi.jigasi.ENABLE_TRANSCRIPTION=false, or let the address be one of "
        "your own machines; restart jigasi."
    ),
    references=(
        "jitsi/jigasi: src/main/java/org/jitsi/jigasi/transcription/WhisperWebsocket.java",
        "jitsi/jigasi: src/main/java/org/jitsi/jigasi/transcription/VoskTranscriptionService.java",
    ),
    gdpr="Art. 9, 28, 44",
    surfaces=("jigasi-whisper", "jigasi-vosk"),
    check=per_gateway(judge),
    bad=(
        Example(
            {
                "jigasi.config": f"{PREFIX}MUC_SERVICE_ADDRESS=conference.meet.example.org\n"
                f"{KEYS[0]}=wss://whisper.example.com/ws\n"
            },
            at=2,
        ),
        Example(
            {
                "jigasi.config": f"{PREFIX}MUC_SERVICE_ADDRESS=conference.meet.example.org\n"
                f'{KEYS[1]}={{"en": "ws://localhost:2700", "fr": "wss://vosk.example.com"}}\n'
            },
            at=2,
        ),
    ),
    good=(
        Example({"jigasi.config": f"{PREFIX}ENABLE_TRANSCRIPTION=true\n"}, note="the default"),
        Example({"jigasi.config": f"{KEYS[0]}=ws://10.0.0.9:8000/ws/\n"}),
        Example({"jigasi.config": f"{KEYS[1]}=ws\\://localhost\\:2700\n"}, note="escaped"),
        Example({"jigasi.config": f"# {KEYS[0]}=wss://whisper.example.com/ws\n"}, note="comment"),
        Example({}, absent=("jigasi.config",), note="not installed"),
    ),
    unclear=(
        Example({"jigasi.config": f"{KEYS[0]}=wss://asr.example.net/ws\n"}),
        Example({"jigasi.config": f"{KEYS[0]}={{{{ .Env.WHISPER }}}}\n"}),
    ),
)
