from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import loopback, off, setting
from selfhost.controls.web_predicates import every
from selfhost.effective.config import Config
from selfhost.effective.server import Server


def grafana(server: Server) -> tuple[Config, ...]:
    return server.documents_of("grafana")


CONTROL = Control(
    id="grafana-interface",
    title="Dashboards are for this machine only",
    category=Category.EXPOSURE,
    severity=Severity.MEDIUM,
    component="grafana",
    needs=("grafana.config",),
    risk=(
        "Dashboards show rooms and logs to whoever knows the default password admin, "
        "or to anybody where anonymous access is on."
    ),
    upstream_default="every address, port 3000; anonymous access off; reports to its maker",
    fix=Fix(
        by_hand=(
            "Set http_addr = 127.0.0.1 in [server], enabled = false in [auth.anonymous] "
            "and reporting_enabled = false in [analytics] of grafana.ini, and restart "
            "Grafana."
        )
    ),
    references=("jitsi/docker-jitsi-meet: grafana.yml",),
    gdpr="Art. 32",
    surfaces=("grafana-prometheus-stack",),
    check=every(
        setting(
            grafana,
            ("server", "http_addr"),
            judge=loopback("dashboards are open on"),
            absent="dashboards are open on every address",
        ),
        setting(grafana, ("auth.anonymous", "enabled"), judge=off("nobody has to log in")),
        setting(
            grafana,
            ("analytics", "reporting_enabled"),
            judge=off("it reports to its maker"),
            absent="it reports to its maker",
        ),
    ),
    bad=(
        Example(
            {
                "grafana.config": "[server]\n"
                "http_addr = 0.0.0.0\n[analytics]\nreporting_enabled = false\n"
            },
            at=2,
        ),
        Example({"grafana.config": "[server]\n;http_addr = 127.0.0.1\n"}, note="a comment"),
        Example(
            {
                "grafana.config": "[server]\n"
                "http_addr = 127.0.0.1\n[auth.anonymous]\nenabled = true\n"
            },
            at=4,
        ),
    ),
    good=(
        Example(
            {
                "grafana.config": "[server]\n"
                "http_addr = 127.0.0.1\n[analytics]\nreporting_enabled = false\n"
            }
        ),
        Example({}, absent=("grafana.config",), note="not installed"),
        Example(
            {
                "grafana.config": (
                    "[server]\n"
                    "http_addr = 127.0.0.1\n"
                    "[analytics]\n"
                    "reporting_enabled = false\n"
                    "# [server]\n"
                    "# http_addr = 0.0.0.0\n"
                    "# [analytics]\n"
                    "# reporting_enabled = false\n"
                )
            },
            note="a comment",
        ),
    ),
    unclear=(Example({"grafana.config": "\x00\n"}, note="not a text file"),),
)
