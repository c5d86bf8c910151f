from selfhost.catalog.programs import of_kind
from selfhost.controls.host_predicates import (
    PROGRAM_NEEDS,
    no_program,
    package_line,
    process_line,
)
from selfhost.controls.model import Category, Confidence, Control, Example, Fix, Severity

CONTROL = Control(
    id="host-monitoring-agents",
    title="No agent reports from the server to a vendor",
    category=Category.THIRD_PARTY,
    severity=Severity.HIGH,
    confidence=Confidence.LIKELY,
    component="host",
    needs=PROGRAM_NEEDS,
    risk=(
        "Monitoring and log agents read command lines, logs and "
        "statistics of calls, and send them elsewhere."
    ),
    upstream_default="not installed",
    fix=Fix(
        by_hand=(
            "Remove the agent, or point it at a collector of your own and "
            "say so in your privacy notice."
        )
    ),
    references=("jitsi/infra-configuration: ansible/roles/vector/templates/vector.yaml.j2",),
    surfaces=(
        "sys-monitoring-agents",
        "rtcstats-server",
        "jvb-rtcstats-push",
        "jigasi-rtcstats-push",
        "jvb-autoscaler-sidecar",
        "sys-packages-vendor-extra",
    ),
    check=no_program("agent", *of_kind("collector")),
    bad=(
        Example({"host.packages": package_line("datadog-agent")}, at=1),
        Example({"host.packages": package_line("jvb-rtcstats-push")}, at=1),
        Example({"host.units": "promtail.service loaded active running\n"}, at=1),
        Example({"host.processes": process_line("/usr/bin/newrelic-infra")}, at=1),
    ),
    good=(
        Example(
            {"host.packages": package_line("prometheus-node-exporter")},
            note="answers, does not send",
        ),
        Example({"host.units": "systemd-journald.service loaded active running\n"}),
        Example({}, note="nothing of it is there"),
    ),
    unclear=(Example({"host.packages": "nonsense\n"}, note="not understood"),),
)
