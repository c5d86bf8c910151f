from collections.abc import Iterator

from selfhost.controls.model import Category, Control, Example, Fix, Severity, Verdict, fail, passed
from selfhost.controls.variable_predicates import cite, hidden, per_program, text
from selfhost.effective.config import Config
from selfhost.effective.server import Server

KEYS = ("OPENAI_TRANSLATION_API_KEY", "OPENAI_API_KEY")


def judge(_server: Server, config: Config) -> Iterator[Verdict]:
    enabled = text(config, "ENABLE_TRANSLATE")
    keys = [text(config, name) for name in KEYS]
    if enabled == "false" or all(key == "" for key in keys):
        yield passed("no voice is translated", cite(config, "ENABLE_TRANSLATE"))
    elif enabled is None or not any(keys):
        yield hidden(config, "ENABLE_TRANSLATE" if enabled is None else KEYS[1])
    else:
        yield fail("voices are translated by OpenAI", cite(config, "ENABLE_TRANSLATE"))


CONTROL = Control(
    id="opus-translation",
    title="No voice is translated by a machine",
    category=Category.AI,
    severity=Severity.HIGH,
    component="opus",
    needs=("opus.environment",),
    risk=(
        "As soon as there is a key of OpenAI, listeners can have someone's voice sent "
        "there and spoken in another language."
    ),
    upstream_default="on with any key of OpenAI",
    fix=Fix(by_hand="Set ENABLE_TRANSLATE=false and restart the proxy."),
    references=("jitsi/opus-transcriber-proxy: src/config.ts",),
    gdpr="Art. 9, 28, 44",
    surfaces=("otp-translation",),
    check=per_program("opus", judge),
    bad=(
        Example({"opus.environment": "OPENAI_API_KEY=REDACTED_00000000\n"}, note="the default"),
        Example(
            {"opus.environment": "OPENAI_TRANSLATION_API_KEY=REDACTED_0\nENABLE_TRANSLATE=no\n"},
            at=2,
            note="only the word false counts",
        ),
    ),
    good=(
        Example({"opus.environment": "OPENAI_API_KEY=REDACTED_0\nENABLE_TRANSLATE=false\n"}),
        Example({"opus.environment": "ENABLE_TRANSLATE=true\n"}, note="without a key"),
        Example({}, absent=("opus.environment",), note="not installed"),
    ),
    unclear=(Example({"opus.environment": "OPENAI_API_KEY=${K}\n"}),),
)
