from collections.abc import Iterator

from selfhost.controls.model import Category, Control, Example, Fix, Severity, Verdict, fail, passed
from selfhost.controls.variable_predicates import cite, hidden, per_program, text
from selfhost.effective.config import Config
from selfhost.effective.server import Server


def judge(_server: Server, config: Config) -> Iterator[Verdict]:
    key, out = text(config, "DEEPGRAM_API_KEY"), text(config, "DEEPGRAM_MIP_OPT_OUT")
    cited = cite(config, "DEEPGRAM_MIP_OPT_OUT")
    if out == "true":
        yield passed("the vendor may not train with it", cited)
    elif key == "":
        yield passed("Deepgram has no key", cite(config, "DEEPGRAM_API_KEY"))
    elif key is None or out is None:
        yield hidden(config, "DEEPGRAM_API_KEY" if key is None else "DEEPGRAM_MIP_OPT_OUT")
    else:
        yield fail("the vendor may train its models with what was said", cited)


CONTROL = Control(
    id="opus-training",
    title="No vendor trains its models with meetings",
    category=Category.AI,
    severity=Severity.CRITICAL,
    component="opus",
    needs=("opus.environment",),
    risk="Unless told otherwise, Deepgram may use the audio to improve its models.",
    upstream_default="false: no opting out",
    fix=Fix(by_hand="Set DEEPGRAM_MIP_OPT_OUT=true, or better remove the key."),
    references=("jitsi/opus-transcriber-proxy: src/config.ts",),
    gdpr="Art. 5(1)(b), 9, 28",
    surfaces=("otp-deepgram-training",),
    check=per_program("opus", judge),
    bad=(
        Example({"opus.environment": "DEEPGRAM_API_KEY=REDACTED_00000000\n"}, note="the default"),
        Example(
            {"opus.environment": "DEEPGRAM_API_KEY=REDACTED_00000000\nDEEPGRAM_MIP_OPT_OUT=True\n"},
            at=2,
            note="only the word true counts",
        ),
    ),
    good=(
        Example({"opus.environment": "DEEPGRAM_API_KEY=REDACTED_0\nDEEPGRAM_MIP_OPT_OUT=true\n"}),
        Example({"opus.environment": "PORT=8080\n"}, note="no key"),
        Example({}, absent=("opus.environment",), note="not installed"),
    ),
    unclear=(Example({"opus.environment": "DEEPGRAM_API_KEY=$KEY\n"}),),
)
