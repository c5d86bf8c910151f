from collections.abc import Iterator

from selfhost.controls.forwarding_predicates import shippers
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
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.server import Server
from selfhost.readers.tree import Source

SOURCE = "host.shippers"


def check(server: Server) -> Iterator[Verdict]:
    """Every output of a shipper that goes to another machine."""
    for document in server.documents(SOURCE):
        for line, host in shippers(Source(document.path, document.text)):
            cited = Cited(line.origin)
            if host:
                yield fail(f"logs or metrics are sent to {host}", cited)
            else:
                yield unknown("where it sends is filled in when it starts", cited)
    yield passed("no shipper sends to another machine", *looked_at(server, SOURCE))


def _of(path: str, text: str, at: int = 0, note: str = "") -> Example:
    return Example({f"{SOURCE} /etc/{path}": text}, at=at, note=note)


PROMTAIL = (
    "server:\n  http_listen_address: 0.0.0.0\nclients:\n  - url: %s\nscrape_configs:\n"
    "  - job_name: jvb\n    static_configs:\n      - targets: [logs.example.com]\n"
)
VECTOR = (
    "sources:\n  in:\n    type: syslog\n    address: 192.0.2.9:514\nsinks:\n  out:\n"
    "    type: elasticsearch\n    inputs: [in]\n    endpoints:\n      - %s\n"
)
FLUENT = "[INPUT]\n    Name tail\n    Host other.example.com\n[OUTPUT]\n    Name es\n    Host %s\n"

CONTROL = Control(
    id="host-log-shippers",
    title="No program that ships logs or metrics sends them to another machine",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    confidence=Confidence.LIKELY,
    component="host",
    needs=(SOURCE,),
    risk="Logs hold addresses, room names and times of calls, metrics how many met when; on "
    "another machine other people read them and other rules hold.",
    upstream_default="not installed",
    fix=Fix(
        by_hand="Remove the output, or let it name a program of this machine; restart the shipper."
    ),
    references=(
        "https://vector.dev/docs/reference/configuration/sinks/",
        "https://docs.fluentbit.io/manual/data-pipeline/outputs",
        "https://grafana.com/docs/loki/latest/send-data/promtail/configuration/",
        "https://www.elastic.co/docs/reference/beats/filebeat/configuring-output",
    ),
    gdpr="Art. 28",
    surfaces=("sys-syslog-forwarding", "sys-monitoring-agents"),
    check=check,
    bad=(
        _of("promtail/config.yml", PROMTAIL % "https://logs.example.com/loki/api/v1/push", at=4),
        _of("vector/vector.yaml", VECTOR % "https://logs.example.com:9200", at=10),
        _of(
            "vector/vector.toml", '[sinks.out]\ntype = "socket"\naddress = "192.0.2.1:9000"\n', at=3
        ),
        _of("fluent-bit/fluent-bit.conf", FLUENT % "logs.example.com", at=6),
        _of(
            "fluent/fluentd.conf",
            "<match **>\n  @type forward\n  <server>\n    host 192.0.2.1\n  </server>\n</match>\n",
            at=4,
        ),
        _of(
            "filebeat/filebeat.yml",
            "filebeat.inputs:\n- type: log\noutput.elasticsearch:\n"
            '  hosts: ["logs.example.com:9200"]\n',
            at=4,
        ),
        _of(
            "alloy/config.alloy",
            'loki.write "out" {\n  endpoint {\n    url = "https://logs.example.com/push"\n  }\n}\n',
            at=3,
        ),
        _of(
            "telegraf/telegraf.conf",
            '[[inputs.ping]]\n  urls = ["example.org"]\n[[outputs.influxdb]]\n  urls = ["http://192.0.2.1:8086"]\n',
            at=4,
        ),
        _of("filebeat/filebeat.yml", 'output.logstash.hosts: ["logs.example.com:5044"]\n', at=1),
        _of(
            "fluent-bit/fluent-bit.yaml",
            "pipeline:\n  inputs:\n    - name: tail\n  outputs:\n    - name: es\n"
            "      host: 192.0.2.1\n",
            at=6,
        ),
        _of("nxlog/nxlog.conf", "<Output o>\n  Module om_tcp\n  Host 192.0.2.1\n</Output>\n", at=3),
        _of(
            "collectd/collectd.conf",
            '<Plugin network>\n  Server "metrics.example.com" "25826"\n</Plugin>\n',
            at=2,
        ),
        _of(
            "logstash/conf.d/out.conf",
            'output {\n  elasticsearch { hosts => ["logs.example.com"] }\n}\n',
            at=2,
        ),
    ),
    good=(
        _of(
            "fluent-bit/fluent-bit.yaml",
            "pipeline:\n  outputs:\n    - name: file\n      path: /var/x\n"
            "  inputs:\n    - name: http\n      host: 192.0.2.1\n",
            note="a section that reads",
        ),
        _of("promtail/config.yml", PROMTAIL % "http://127.0.0.1:3100/loki/api/v1/push"),
        _of("vector/vector.yaml", VECTOR % "http://[::1]:9200", note="a source may be elsewhere"),
        _of("fluent-bit/fluent-bit.conf", FLUENT % "localhost"),
        _of(
            "filebeat/filebeat.yml",
            '#output.elasticsearch:\n#  hosts: ["logs.example.com:9200"]\n'
            "output.file:\n  path: /var/x\n",
            note="a comment",
        ),
        _of(
            "telegraf/telegraf.conf",
            '[[outputs.prometheus_client]]\n  listen = ":9273"\n[[inputs.http]]\n  urls = ["http://x.org"]\n',
            note="it answers, and asks",
        ),
        _of(
            "collectd/collectd.conf",
            '<Plugin network>\n  Listen "0.0.0.0" "25826"\n</Plugin>\n'
            '<Plugin ping>\n  Host "example.org"\n</Plugin>\n',
            note="it receives, and asks",
        ),
        Example({}, absent=(SOURCE,), note="no shipper"),
    ),
    unclear=(
        _of("promtail/config.yml", PROMTAIL % "${LOKI_URL}"),
        _of("alloy/config.alloy", 'loki.write "o" {\n  endpoint { url = sys.env("URL") }\n}\n'),
    ),
)
