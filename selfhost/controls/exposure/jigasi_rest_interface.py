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
from selfhost.controls.predicates import LOOPBACK
from selfhost.controls.transcriber_predicates import PREFIX, cannot_tell, per_gateway
from selfhost.effective.config import Config
from selfhost.effective.server import Server
from selfhost.readers.tree import Unknown

#: The older spelling wins where it is set.
HOSTS = ("rest.jetty.host", "rest.host")


def judge(_server: Server, config: Config) -> Iterator[Verdict]:
    for name in HOSTS:
        node = config.get((PREFIX + name,))
        if node is None or not str(node.plain()).strip():
            continue
        cited = Cited.node(PREFIX + name, node)
        if isinstance(node.value, Unknown):
            yield cannot_tell(name, node)
        elif str(node.plain()).strip().lower() in LOOPBACK:
            yield passed(f"the interface listens on {node.plain()}", cited)
        else:
            yield fail(f"the interface listens on {node.plain()}", cited)
        return
    yield passed("the interface listens on 127.0.0.1", Cited(config.place, PREFIX + HOSTS[0]))


CONTROL = Control(
    id="jigasi-rest-interface",
    title="The gateway's interface is for its own machine only",
    category=Category.EXPOSURE,
    severity=Severity.MEDIUM,
    component="jigasi",
    needs=("jigasi.config",),
    risk="Statistics of calls, and where ENABLE_REST_SHUTDOWN is set its shutdown, without login.",
    upstream_default="127.0.0.1:8788",
    fix=Fix(
        by_hand="Remove org.jitsi.jigasi.rest.jetty.host from sip-communicator.properties "
        "(JIGASI_ENABLE_REST in Docker) and restart jigasi."
    ),
    references=("jitsi/jigasi: src/main/resources/reference.conf",),
    gdpr="Art. 32",
    surfaces=("jigasi-rest",),
    check=per_gateway(judge),
    bad=(
        Example({"jigasi.config": f"{PREFIX}rest.jetty.host=0.0.0.0\n"}, at=1),
        Example(
            {
                "jigasi.config": f"{PREFIX}ENABLE_SIP=true\n",
                "jigasi.hocon": "org.jitsi.jigasi {\n rest {\n  host = 0.0.0.0\n } }\n",
            },
            at=3,
        ),
        Example(
            {
                "jigasi.config": f"{PREFIX}ENABLE_SIP=true\n",
                "jigasi.environment": f'JAVA_SYS_PROPS="-D{PREFIX}rest.host=0.0.0.0"\n',
            },
            at=1,
        ),
    ),
    good=(
        Example({"jigasi.config": f"{PREFIX}ENABLE_SIP=true\n"}, note="the default"),
        Example(
            {
                "jigasi.config": f"{PREFIX}rest.jetty.host=127.0.0.1\n",
                "jigasi.hocon": "org.jitsi.jigasi.rest.host = 0.0.0.0\n",
            },
            note="the older spelling wins",
        ),
        Example({"jigasi.config": f"{PREFIX}rest.jetty.port=8788\n"}, note="a port"),
        Example({}, absent=("jigasi.config",), note="not installed"),
    ),
    unclear=(Example({"jigasi.config": f"{PREFIX}rest.jetty.host=<<HOST>>\n"}),),
)
