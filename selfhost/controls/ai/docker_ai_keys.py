from collections.abc import Iterator

from selfhost.catalog.ai_vendors import vendor_of_variable
from selfhost.controls.docker_predicates import no
from selfhost.controls.model import (
    Category,
    Cited,
    Confidence,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
    unknown,
)
from selfhost.controls.predicates import judge_setting
from selfhost.controls.web_examples import NO_ENV, env
from selfhost.effective.server import Server
from selfhost.readers.tree import Unknown


def check(server: Server) -> Iterator[Verdict]:
    """Every variable whose name is one of a vendor's and which holds something."""
    for config in server.docker:
        found = False
        for path, node in config.walk():
            vendor = vendor_of_variable(path[-1])
            if vendor is None or node.value in ("", "0"):
                continue
            found = True
            cited = Cited.node(path[-1], node)
            if isinstance(node.value, Unknown):
                yield unknown(f"{path[-1]} of {vendor.name} may be set", cited)
            else:
                yield fail(f"{path[-1]}: {vendor.name} is set up", cited)
        if config.unreadable is not None:
            yield judge_setting(config, "…_API_KEY", no("unread"), None)
        elif not found:
            yield passed("no variable of an AI vendor", Cited(config.place))


CONTROL = Control(
    id="docker-ai-keys",
    title="No key or address of an AI vendor is given to containers",
    category=Category.AI,
    severity=Severity.CRITICAL,
    component="docker",
    needs=("docker.environment",),
    risk="A key of a speech or language vendor in a Jitsi deployment has one use: "
    "meetings are sent there.",
    upstream_default="none",
    fix=Fix(
        by_hand="Remove the variable from .env and from the Compose files, recreate the "
        "containers and withdraw the key at the vendor."
    ),
    references=(
        "jitsi/opus-transcriber-proxy: src/config.ts",
        "jitsi/docker-jitsi-meet: transcriber.yml",
    ),
    confidence=Confidence.LIKELY,
    gdpr="Art. 9, 28, 44",
    surfaces=(
        "otp-openai",
        "otp-deepgram",
        "otp-gemini",
        "otp-xai",
        "jigasi-google-credentials",
    ),
    check=check,
    bad=(
        env("TZ=UTC\nOPENAI_API_KEY=sk-000\n", at=2),
        env("GC_PRIVATE_KEY_ID=abc\n", at=1),
        env("JIGASI_TRANSCRIBER_WHISPER_URL=ws://asr:8000/ws\n", at=1),
        Example(
            {
                "docker.environment": "TZ=UTC\n",
                "docker.compose": "services:\n"
                "  transcriber:\n"
                "    environment:\n"
                "      DEEPGRAM_API_KEY: abc\n",
            },
            at=4,
        ),
    ),
    good=(
        env("TZ=UTC\nJVB_AUTH_PASSWORD=abc\n"),
        env("#OPENAI_API_KEY=sk-000\n", note="a comment"),
        env("OPENAI_API_KEY=\n", note="empty"),
        env(
            "GOOGLE_API_APP_CLIENT_ID=\nGC_TYPE=incremental\n",
            note="Lua's memory, not Google's cloud",
        ),
        NO_ENV,
    ),
    unclear=(env("DEEPGRAM_API_KEY\n", note="passed on from Compose's own environment"),),
)
