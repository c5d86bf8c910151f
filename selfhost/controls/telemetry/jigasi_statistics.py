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
)
from selfhost.controls.transcriber_predicates import per_gateway
from selfhost.effective.config import Config
from selfhost.effective.server import Server

PREFIX = "org.jitsi.ddclient."


def judge(_server: Server, config: Config) -> Iterator[Verdict]:
    for path, node in config.walk():
        if path[0].startswith(PREFIX) and str(node.plain()).strip():
            yield fail("older gateways count calls to Datadog's agent", Cited.node(path[0], node))
    yield passed("no counters are sent", Cited(config.place, PREFIX + "host"))


CONTROL = Control(
    id="jigasi-statistics",
    title="The gateway counts calls to nobody",
    category=Category.TELEMETRY,
    severity=Severity.LOW,
    component="jigasi",
    needs=("jigasi.config",),
    risk="Left-over keys: today's gateway ignores them, an old one sends counters to an agent.",
    upstream_default="commented out in the sample",
    fix=Fix(by_hand="Remove org.jitsi.ddclient.* from sip-communicator.properties."),
    references=("jitsi/jigasi: jigasi-home/sip-communicator.properties",),
    surfaces=("jigasi-datadog-sample",),
    check=per_gateway(judge),
    bad=(Example({"jigasi.config": f"{PREFIX}host=localhost\n"}, at=1),),
    good=(
        Example({"jigasi.config": f"#{PREFIX}host=localhost\n"}, note="a comment"),
        Example({}, absent=("jigasi.config",), note="not installed"),
    ),
    unclear=(Example({"jigasi.config": "\x00\n"}, note="not a text file"),),
)
