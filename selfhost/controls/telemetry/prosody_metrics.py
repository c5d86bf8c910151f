import ipaddress
from collections.abc import Iterator

from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
    unknown,
)
from selfhost.controls.predicates import first_unknown
from selfhost.controls.prosody_examples import (
    BROKEN_PROSODY,
    HOST,
    NO_PROSODY,
    enabled,
    prosody,
)
from selfhost.controls.prosody_predicates import loads, no_module, settings, whole
from selfhost.controls.web_predicates import leaves
from selfhost.effective.server import Server

_counting = no_module(
    "measure_stanza_counts",
    "measure_message_count",
    "statistics_statsd",
    "prometheus",
    "statsd",
    why="messages are counted",
)


def _check(server: Server) -> Iterator[Verdict]:
    yield from _counting(server)
    if not loads(server, "http_openmetrics"):
        return
    for option in ("openmetrics_allow_cidr", "openmetrics_allow_ips"):
        for _, node in settings(server, option):
            if first_unknown(node) is not None:
                yield unknown(f"{option} cannot be told", Cited.node(option, node))
                continue
            for leaf in leaves(node):
                if not _own(str(leaf.value)):
                    yield fail(f"{option}: {leaf.value} may read", Cited.node(option, leaf))
    yield passed("statistics are read on the machine only", *whole(server))


def _own(text: str) -> bool:
    try:
        return ipaddress.ip_network(text, strict=False).is_loopback
    except ValueError:
        return text == "localhost"


_METRICS = 'modules_enabled = { "http_openmetrics" }\n'

CONTROL = Control(
    id="prosody-metrics",
    title="The chat server's statistics go nowhere",
    category=Category.TELEMETRY,
    severity=Severity.LOW,
    component="prosody",
    needs=("prosody.config",),
    risk="Counts of rooms, connections and messages are open to a network.",
    upstream_default="off; Docker's switch lets in 172.16.0.0/12",
    fix=Fix(
        by_hand="Remove measure_stanza_counts, and http_openmetrics or all but 127.0.0.1 from "
        "openmetrics_allow_cidr and openmetrics_allow_ips; restart prosody."
    ),
    references=(
        "jitsi/docker-jitsi-meet: prosody/rootfs/defaults/prosody.cfg.lua",
        "bjc/prosody: plugins/mod_http_openmetrics.lua",
    ),
    surfaces=("prosody-measure-stanzas", "prosody-openmetrics"),
    check=_check,
    bad=(
        prosody(enabled("measure_stanza_counts"), at=2),
        prosody(f'{_METRICS}openmetrics_allow_cidr = "172.16.0.0/12"\n{HOST}', at=2),
        prosody(f'{_METRICS}openmetrics_allow_ips = {{ "::1", "10.0.0.5" }}\n{HOST}', at=2),
    ),
    good=(
        prosody(_METRICS + HOST, note="the default lets in the machine itself"),
        prosody(f'{_METRICS}openmetrics_allow_cidr = "127.0.0.0/8"\n{HOST}'),
        prosody(f'openmetrics_allow_cidr = "0.0.0.0/0"\n{HOST}', note="nothing reads it"),
        prosody(f'statistics = "internal"\n{HOST}', note="kept inside"),
        NO_PROSODY,
    ),
    unclear=(
        prosody(f"{_METRICS}openmetrics_allow_cidr = os.getenv('C')\n{HOST}"),
        BROKEN_PROSODY,
    ),
)
