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
from selfhost.controls.transcriber_predicates import PREFIX, java_true, per_gateway
from selfhost.effective.config import Config
from selfhost.effective.server import Server
from selfhost.readers.tree import Unknown

NAME = "USE_TRANSLATOR_IN_CONFERENCE"
KEY = PREFIX + "xmpp.acc." + NAME


def judge(_server: Server, config: Config) -> Iterator[Verdict]:
    for key in dict.fromkeys(path[0] for path, _ in config.walk()):
        node = config.get((key,))
        if not key.endswith("." + NAME) or node is None:
            continue
        if isinstance(node.value, Unknown):
            yield unknown(f"{NAME} cannot be told: {node.value.reason}", Cited.node(key, node))
        elif java_true(node.value):
            yield fail("every stream is forwarded to callers as it is", Cited.node(key, node))
    yield passed("streams are mixed", Cited(config.place, KEY))


CONTROL = Control(
    id="jigasi-forwards-streams",
    title="The gateway mixes sound and forwards no single streams",
    category=Category.EXPOSURE,
    severity=Severity.LOW,
    component="jigasi",
    needs=("jigasi.config",),
    risk=(
        "The other end gets each speaker's voice by itself, which is easier to record and analyse."
    ),
    upstream_default="false",
    fix=Fix(by_hand="Remove USE_TRANSLATOR_IN_CONFERENCE and restart jigasi."),
    references=("jitsi/jigasi: jigasi-home/sip-communicator.properties",),
    surfaces=("jigasi-translator-mode",),
    check=per_gateway(judge),
    bad=(Example({"jigasi.config": f"{KEY}=true\n"}, at=1),),
    good=(
        Example({"jigasi.config": f"{KEY}=false\n"}),
        Example({"jigasi.config": f"#{KEY}=true\n"}, note="a comment, as in the sample"),
        Example({}, absent=("jigasi.config",), note="not installed"),
    ),
    unclear=(Example({"jigasi.config": f"{KEY}=<<T>>\n"}),),
)
