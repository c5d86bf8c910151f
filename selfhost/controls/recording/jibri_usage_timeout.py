import re

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    unknown,
)
from selfhost.controls.recorder_predicates import each_environment, field
from selfhost.effective.server import Server
from selfhost.readers.tree import Node, Unknown

FIELD = "usage-timeout"
NONE = re.compile(r"0+(?:\.0*)?\s*[a-z]*", re.IGNORECASE)


def judge(_server: Server, key: str, node: Node) -> Verdict | None:
    limit = field(node, FIELD)
    if limit is None:
        return unknown(
            f"{FIELD} is not set: Jibri does not start without it", Cited.node(key, node)
        )
    cited = Cited.node(f"{key}.{FIELD}", limit)
    if isinstance(limit.value, Unknown):
        return unknown(f"{FIELD} cannot be told: {limit.value.reason}", cited)
    if NONE.fullmatch(str(limit.plain()).strip()):
        return fail("a recording runs until somebody stops it", cited)
    return None


CONTROL = Control(
    id="jibri-usage-timeout",
    title="A recording ends by itself",
    category=Category.RECORDING,
    severity=Severity.LOW,
    component="jibri",
    needs=("jibri.config",),
    risk="Without a limit a forgotten recording goes on for as long as anybody is in the room.",
    upstream_default="0, no limit, in the sample and in Docker",
    fix=Fix(by_hand="Set usage-timeout = 4 hours in each XMPP environment and restart jibri."),
    references=(
        "jitsi/jibri: doc/example_xmpp_envs.conf",
        "jitsi/docker-jitsi-meet: jibri/rootfs/defaults/xmpp.conf",
    ),
    gdpr="Art. 5(1)(c)",
    surfaces=("jibri-usage-timeout",),
    check=each_environment(judge, "recordings have a limit"),
    bad=(
        Example(
            {"jibri.config": "jibri.api.xmpp.environments = [ {\n usage-timeout = 0\n} ]"}, at=2
        ),
        Example(
            {
                "jibri.config": "jibri.api.xmpp.environments = [ {\n"
                ' usage-timeout = "0 minutes"\n} ]'
            },
            at=2,
        ),
    ),
    good=(
        Example(
            {"jibri.config": "jibri.api.xmpp.environments = [ { usage-timeout = 4 hours } ]\n"}
        ),
        Example({"jibri.config": 'jibri.api.xmpp.environments = [ { usage-timeout = "90m" } ]\n'}),
        Example({"jibri.config": "jibri { }\n"}, note="serves nobody"),
        Example({}, absent=("jibri.config",), note="not installed"),
    ),
    unclear=(
        Example({"jibri.config": "jibri.api.xmpp.environments = [ { usage-timeout = ${T} } ]\n"}),
        Example({"jibri.config": 'jibri.api.xmpp.environments = [ { name = "x" } ]\n'}),
    ),
)
