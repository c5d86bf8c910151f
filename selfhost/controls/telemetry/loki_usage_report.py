from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import off, setting

CONTROL = Control(
    id="loki-usage-report",
    title="Loki reports nothing to its maker",
    category=Category.TELEMETRY,
    severity=Severity.LOW,
    component="loki",
    needs=("loki.config",),
    risk="It sends an id of its own and figures of its use to stats.grafana.org.",
    upstream_default="on",
    fix=Fix(by_hand="Set analytics.reporting_enabled: false and restart Loki."),
    references=("jitsi/docker-jitsi-meet: log-analyser/loki/conf/loki-config.yaml",),
    surfaces=("log-analyser-loki-usage",),
    check=setting(
        lambda server: server.documents_of("loki"),
        "analytics.reporting_enabled",
        judge=off("it reports to stats.grafana.org"),
        absent="it reports to stats.grafana.org",
    ),
    bad=(
        Example(
            {"loki.config": "auth_enabled: false\n#analytics:\n#  reporting_enabled: false\n"},
            note="a comment switches nothing off",
        ),
        Example({"loki.config": "analytics:\n  reporting_enabled: true\n"}, at=2),
    ),
    good=(
        Example({"loki.config": "analytics:\n  reporting_enabled: false\n"}),
        Example({}, absent=("loki.config",), note="not installed"),
        Example(
            {
                "loki.config": (
                    "analytics:\n"
                    "  reporting_enabled: false\n"
                    "# auth_enabled: false\n"
                    "# #analytics:\n"
                    "# #  reporting_enabled: false\n"
                )
            },
            note="a comment",
        ),
    ),
    unclear=(Example({"loki.config": "a: b: c\n"}),),
)
