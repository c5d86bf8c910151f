from collections.abc import Iterator

from selfhost.controls.model import Category, Control, Example, Fix, Severity, Verdict, fail, passed
from selfhost.controls.variable_predicates import cite, hidden, per_program, text
from selfhost.effective.config import Config
from selfhost.effective.server import Server

KEYS = {
    "OPENAI_API_KEY": "OpenAI",
    "DEEPGRAM_API_KEY": "Deepgram",
    "GEMINI_API_KEY": "Google",
    "XAI_API_KEY": "xAI",
    "XAI_STT_URL": "xAI",
}
COMPANIES = ("openai", "deepgram", "gemini", "xai")
PRIORITY = "PROVIDERS_PRIORITY"


def judge(_server: Server, config: Config) -> Iterator[Verdict]:
    for name, company in KEYS.items():
        if config.get((name,)) is None:
            continue
        value = text(config, name)
        if value is None:
            yield hidden(config, name)
        elif value:
            yield fail(f"{name}: {company} hears every participant", cite(config, name))
    order = text(config, PRIORITY)
    if order is None:
        yield hidden(config, PRIORITY)
    elif named := [word.strip() for word in order.split(",") if word.strip() in COMPANIES]:
        yield fail(f"audio is to go to {', '.join(named)}", cite(config, PRIORITY))
    if config.place.path.endswith((".json", ".jsonc")):
        yield fail("the proxy runs at Cloudflare, which hears every participant", cite(config, ""))
    yield passed("no company has a key", cite(config, PRIORITY))


CONTROL = Control(
    id="opus-providers",
    title="No company hears what the bridge exports",
    category=Category.AI,
    severity=Severity.CRITICAL,
    component="opus",
    needs=("opus.environment",),
    risk=(
        "The first provider with a key gets the audio of every participant; the caller "
        "may choose another one by the address."
    ),
    upstream_default="OpenAI, Deepgram, Gemini, in that order, as soon as there is a key",
    fix=Fix(
        by_hand=(
            "Stop the proxy, withdraw the keys at the vendors, and remove "
            "transcription.url-template from jicofo.conf."
        )
    ),
    references=("jitsi/opus-transcriber-proxy: src/config.ts",),
    gdpr="Art. 9, 28, 44",
    surfaces=(
        "otp-providers",
        "otp-openai",
        "otp-deepgram",
        "otp-gemini",
        "otp-xai",
    ),
    check=per_program("opus", judge),
    bad=(
        Example({"opus.environment": "DEEPGRAM_API_KEY=REDACTED_00000000\n"}, at=1),
        Example({"opus.environment": "PORT=8080\nPROVIDERS_PRIORITY=xai,openai_custom\n"}, at=2),
        Example(
            {
                "opus.environment /x/wrangler.jsonc": '{\n "name": "opus-transcriber-proxy",'
                '\n "vars": { "DEBUG": "true" } }\n'
            }
        ),
    ),
    good=(
        Example({"opus.environment": "OPENAI_API_KEY=\n"}, note="empty"),
        Example(
            {"opus.environment": "PROVIDERS_PRIORITY=openai_custom\n"}, note="a server of one's own"
        ),
        Example({"opus.environment": "# GEMINI_API_KEY=x\nPORT=8080\n"}, note="a comment"),
        Example({}, absent=("opus.environment",), note="not installed"),
    ),
    unclear=(Example({"opus.environment": "OPENAI_API_KEY=${KEY}\n"}),),
)
