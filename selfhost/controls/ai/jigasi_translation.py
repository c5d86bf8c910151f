from collections.abc import Iterator

from selfhost.controls.model import Category, Control, Example, Fix, Severity, Verdict
from selfhost.controls.transcriber_predicates import (
    PREFIX,
    each,
    not_true,
    nothing,
    own_address,
    per_gateway,
)
from selfhost.controls.web_predicates import every
from selfhost.effective.config import Config
from selfhost.effective.server import Server

ENABLED = "transcription.ENABLE_TRANSLATION"
BING = ("transcription.bing.subscription_key", "transcription.bing.endpoint")
LIBRE = "transcription.libreTranslate.api_url"


def own_libretranslate(server: Server, config: Config) -> Iterator[Verdict]:
    yield own_address(server, config, LIBRE, "transcripts are sent there")


CONTROL = Control(
    id="jigasi-translation",
    title="No machine translates transcripts",
    category=Category.AI,
    severity=Severity.HIGH,
    component="jigasi",
    needs=("jigasi.config",),
    risk=(
        "Every line of a transcript is sent to a translation service: Google's where none is "
        "named, Microsoft's where a key for it is set."
    ),
    upstream_default="false; the service is Google's when it is switched on",
    fix=Fix(
        by_hand="Set org.jitsi.jigasi.transcription.ENABLE_TRANSLATION=false, remove the keys of "
        "translation services, and restart jigasi."
    ),
    references=(
        "jitsi/jigasi: src/main/java/org/jitsi/jigasi/transcription/TranslationManager.java",
        "jitsi/jigasi: src/main/java/org/jitsi/jigasi/transcription/BingTranslationService.java",
    ),
    gdpr="Art. 28, 44",
    surfaces=("jigasi-translation", "jigasi-bing-translation", "jigasi-libretranslate"),
    check=every(
        each(ENABLED, judge=not_true("transcripts are translated, by Google if none is named")),
        each(*BING, judge=nothing("transcripts go to Microsoft")),
        per_gateway(own_libretranslate),
    ),
    bad=(
        Example({"jigasi.config": f"{PREFIX}{ENABLED}=true\n"}, at=1),
        Example({"jigasi.config": f"{PREFIX}{BING[0]}=REDACTED_00000000\n"}, at=1),
        Example({"jigasi.config": f"{PREFIX}{LIBRE}=https://libretranslate.com/translate\n"}, at=1),
    ),
    good=(
        Example({"jigasi.config": f"# {PREFIX}{ENABLED}=true\n"}, note="a comment"),
        Example({"jigasi.config": f"{PREFIX}{LIBRE}=http://libretranslate:5000/translate\n"}),
        Example({"jigasi.config": f"{PREFIX}{BING[0]}=\n"}, note="empty"),
        Example({}, absent=("jigasi.config",), note="not installed"),
    ),
    unclear=(
        Example({"jigasi.config": f"{PREFIX}{ENABLED}={{{{ .Env.TRANSLATE }}}}\n"}),
        Example({"jigasi.config": f"{PREFIX}{LIBRE}=https://lt.example.net/translate\n"}),
    ),
)
