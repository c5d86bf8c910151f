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
from selfhost.controls.predicates import first_unknown
from selfhost.controls.recorder_predicates import unread
from selfhost.controls.web_predicates import judge_address
from selfhost.effective.config import Config
from selfhost.effective.server import Server

READS = ("filelog", "journald", "docker_stats", "syslog", "fluentforward", "k8s_events")


def check(server: Server) -> Iterator[Verdict]:
    for config in server.documents_of("otel"):
        broken = unread(config, "receivers")
        if broken is not None:
            yield broken
            continue
        yield from judged(server, config)
        yield passed("no logs are read", Cited(config.place, "receivers"))


def judged(server: Server, config: Config) -> Iterator[Verdict]:
    receivers = config.get("receivers")
    if receivers is not None:
        hole = first_unknown(receivers)
        if hole is not None:
            yield unknown("which logs are read cannot be told", Cited.node("receivers", hole))
        for path, node in config.walk():
            if len(path) == 2 and path[0] == "receivers" and path[1].partition("/")[0] in READS:
                yield fail(f"{path[1]} gathers logs", Cited.node(".".join(path), node))
    for path, node in config.walk():
        if len(path) == 3 and path[0] == "exporters" and path[2] == "endpoint":
            address = str(node.plain())
            if address.startswith(("http://", "https://")):
                yield judge_address(server, ".".join(path), node, "logs and metrics go there")


CONTROL = Control(
    id="otel-collected-logs",
    title="No collector gathers the logs of meetings",
    category=Category.RETENTION,
    severity=Severity.CRITICAL,
    component="otel",
    needs=("otel.config",),
    risk=(
        "As set up by docker-jitsi-meet it runs as root, reads the logs of every "
        "container, and holds Docker's socket, with which it could do anything on the "
        "host."
    ),
    upstream_default="absent; reads every container's log in docker-jitsi-meet's log analyser",
    fix=Fix(
        by_hand=(
            "Do without the log analyser, or leave filelog, journald and docker_stats out "
            "of the collector's receivers."
        )
    ),
    references=(
        "jitsi/docker-jitsi-meet: log-analyser.yml",
        "jitsi/docker-jitsi-meet: log-analyser/otel-collector-config.yaml",
    ),
    gdpr="Art. 5(1)(c), 5(1)(e), 32",
    surfaces=("log-analyser-otel",),
    check=check,
    bad=(
        Example(
            {
                "otel.config": "receivers:\n"
                "  filelog/jitsi-containers:\n    include: ['/var/lib/docker/containers/*/*.log']\n"
            },
            at=2,
        ),
        Example(
            {"otel.config": "exporters:\n  otlphttp:\n    endpoint: https://api.datadoghq.com\n"},
            at=3,
        ),
    ),
    good=(
        Example(
            {
                "otel.config": "receivers:\n  otlp:\nexporters:\n  loki:\n    endpoint: http://loki:3100/push\n"
            },
            note="only what it is given, and at home",
        ),
        Example({}, absent=("otel.config",), note="not installed"),
    ),
    unclear=(
        Example({"otel.config": "receivers: [\n"}),
        Example({"otel.config": "receivers: !include x.yaml\n"}),
    ),
)
