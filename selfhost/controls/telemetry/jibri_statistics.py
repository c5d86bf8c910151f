from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import off, setting
from selfhost.controls.recorder_predicates import jibri
from selfhost.controls.web_predicates import every

STATSD = "jibri.stats.enable-stats-d"
PROMETHEUS = "jibri.stats.prometheus.enabled"

CONTROL = Control(
    id="jibri-statistics",
    title="A recorder publishes no statistics",
    category=Category.TELEMETRY,
    severity=Severity.LOW,
    component="jibri",
    needs=("jibri.config",),
    risk="Counters of recordings and streams go to a StatsD agent or are open on port 2222.",
    upstream_default="StatsD on (localhost:8125), Prometheus off",
    fix=Fix(
        by_hand="Set jibri.stats.enable-stats-d = false and prometheus.enabled = false in "
        "jibri.conf and restart jibri."
    ),
    references=("jitsi/jibri: src/main/resources/reference.conf",),
    surfaces=("jibri-statsd", "jibri-prometheus"),
    check=every(
        setting(
            jibri,
            STATSD,
            judge=off("counters go to a StatsD agent"),
            absent="counters go to a StatsD agent unless it is false",
        ),
        setting(jibri, PROMETHEUS, judge=off("the recorder's state is published on port 2222")),
    ),
    bad=(
        Example({"jibri.config": "jibri { }\n"}, note="on by default"),
        Example({"jibri.config": "jibri {\n stats {\n  enable-stats-d = true\n }\n}\n"}, at=3),
        Example({"jibri.config": f"{STATSD} = false\n{PROMETHEUS} = true\n"}, at=2),
        Example(
            {
                "jibri.config": f"{STATSD} = false\n",
                "jibri.legacy": '{\n "enable_stats_d": true }\n',
            },
            at=2,
            note="the old file still wins",
        ),
    ),
    good=(
        Example({"jibri.config": f"{STATSD} = false\n"}),
        Example({"jibri.config": "jibri.stats { enable-stats-d = no, prometheus.enabled = off }"}),
        Example({}, absent=("jibri.config",), note="not installed"),
        Example(
            {"jibri.config": "jibri.stats.enable-stats-d = false\n# jibri { }\n"},
            note="a comment",
        ),
    ),
    unclear=(Example({"jibri.config": f"{STATSD} = ${{ENABLE_STATS_D}}\n"}),),
)
