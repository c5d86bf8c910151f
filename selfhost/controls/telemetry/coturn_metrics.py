from selfhost.controls.model import Category, Control, Example, Fix, Severity
from selfhost.controls.predicates import off, setting

CONTROL = Control(
    id="coturn-metrics",
    title="The relay publishes no statistics of its users",
    category=Category.TELEMETRY,
    severity=Severity.LOW,
    component="coturn",
    needs=("coturn.config",),
    risk="Statistics of users and peers answer on port 9641 to whoever reaches it.",
    upstream_default="not set",
    fix=Fix(by_hand="Remove prometheus from turnserver.conf and restart coturn."),
    references=("coturn/coturn: docs/Prometheus.md",),
    surfaces=("coturn-prometheus",),
    check=setting(
        lambda server: server.coturn,
        ("prometheus",),
        judge=off("statistics are published on port 9641"),
    ),
    bad=(Example({"coturn.config": "realm=meet.example.org\nprometheus\n"}, at=2),),
    good=(
        Example({"coturn.config": "realm=meet.example.org\n"}),
        Example({"coturn.config": "realm=prometheus\n"}, note="a value, not the switch"),
        Example({}, absent=("coturn.config",), note="not installed"),
    ),
    unclear=(Example({"coturn.config": "\x00\n"}, note="not a text file"),),
)
