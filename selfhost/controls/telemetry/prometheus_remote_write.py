from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import empty, setting

CONTROL = Control(
    id="prometheus-remote-write",
    title="Metrics of calls are not sent away",
    category=Category.TELEMETRY,
    severity=Severity.MEDIUM,
    component="prometheus",
    needs=("prometheus.config",),
    risk="Metrics tell how many rooms and people there are and when.",
    upstream_default="absent",
    fix=Fix(by_hand="Remove remote_write from prometheus.yml and restart Prometheus."),
    references=("jitsi/docker-jitsi-meet: prometheus/prometheus.yml",),
    gdpr="Art. 28",
    surfaces=("grafana-prometheus-stack",),
    check=setting(
        lambda server: server.documents_of("prometheus"),
        "remote_write",
        judge=empty("metrics are sent there"),
    ),
    bad=(
        Example(
            {
                "prometheus.config": "scrape_configs: []\nremote_write:\n  - url: https://prom.example.com/push\n"
            },
            at=2,
        ),
    ),
    good=(
        Example({"prometheus.config": "scrape_configs:\n  - job_name: x\n"}),
        Example({"prometheus.config": "# remote_write:\nscrape_configs: []\n"}, note="a comment"),
        Example({}, absent=("prometheus.config",), note="not installed"),
    ),
    unclear=(Example({"prometheus.config": "remote_write: !x y\n"}),),
)
