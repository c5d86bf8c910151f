from collections.abc import Iterator

from selfhost.controls.model import Category, Control, Example, Fix, Severity, Verdict, fail, passed
from selfhost.controls.variable_predicates import cite, hidden, per_program, text
from selfhost.effective.config import Config
from selfhost.effective.server import Server

CONFIG = "rtcstats.config /etc/rtcstats-server/"
NAME = "RTCSTATS_SERVICE_TYPE"


def judge(_server: Server, config: Config) -> Iterator[Verdict]:
    kind = text(config, NAME)
    if kind is None:
        yield hidden(config, NAME)
    elif kind == "MongoDB":
        yield passed("traces are kept in MongoDB", cite(config, NAME))
    else:
        yield fail("traces of every participant are kept at Amazon", cite(config, NAME))


CONTROL = Control(
    id="rtcstats-cloud-storage",
    title="Traces of calls are not kept in a cloud",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    component="rtcstats",
    needs=("rtcstats.environment", "rtcstats.config"),
    risk=(
        "Traces hold each participant's addresses, devices and timings; the program's "
        "default store is Amazon's."
    ),
    upstream_default="AWS",
    fix=Fix(
        by_hand=(
            "Set RTCSTATS_SERVICE_TYPE=MongoDB with an address of your own, or remove the "
            "collector."
        )
    ),
    references=("jitsi/rtcstats-server: config/default.yaml",),
    gdpr="Art. 28, 44",
    surfaces=(
        "rtcstats-cloud-storage",
        "rtcstats-server",
    ),
    check=per_program("rtcstats", judge),
    bad=(
        Example({f"{CONFIG}default.yaml": "server:\n  serviceType: AWS\n"}, at=2),
        Example({"rtcstats.environment": "RTCSTATS_SERVICE_TYPE=AWS\n"}, at=1),
        Example({"rtcstats.environment": "RTCSTATS_LOG_LEVEL=info\n"}, note="the default"),
    ),
    good=(
        Example(
            {
                f"{CONFIG}default.yaml": "server:\n  serviceType: AWS\n",
                f"{CONFIG}local.yaml": "server:\n  serviceType: MongoDB\n",
            },
            note="local.yaml wins",
        ),
        Example({"rtcstats.environment": "RTCSTATS_SERVICE_TYPE=MongoDB\n"}),
        Example({}, absent=("rtcstats.environment", "rtcstats.config"), note="not installed"),
    ),
    unclear=(Example({"rtcstats.environment": "RTCSTATS_SERVICE_TYPE=$T\n"}),),
)
