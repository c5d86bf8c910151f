from selfhost.controls.host_predicates import (
    PROGRAM_NEEDS,
    container_line,
    no_program,
    package_line,
    process_line,
)
from selfhost.controls.model import Category, Confidence, Control, Example, Fix, Severity

CONTROL = Control(
    id="host-content-servers",
    title="No server keeps what is written in meetings",
    category=Category.RETENTION,
    severity=Severity.HIGH,
    confidence=Confidence.LIKELY,
    component="host",
    needs=PROGRAM_NEEDS,
    risk=(
        "Etherpad keeps every pad with its whole history and its authors until it is deleted; the "
        "whiteboard's server lets in whoever knows the name of a board."
    ),
    upstream_default="not installed",
    fix=Fix(by_hand="Stop and remove the server, and delete its database (var/dirty.db)."),
    references=(
        "jitsi/docker-jitsi-meet: etherpad.yml",
        "jitsi/excalidraw-backend: src/index.ts",
    ),
    gdpr="Art. 5(1)(e)",
    surfaces=("etherpad-server", "excalidraw-backend"),
    check=no_program("content"),
    bad=(
        Example({"host.containers": container_line("pad", "etherpad/etherpad:2.0.3")}, at=1),
        Example(
            {"host.containers": container_line("board", "jitsi/excalidraw-backend:2026.3.0")}, at=1
        ),
        Example({"host.units": "etherpad-lite.service loaded active running\n"}, at=1),
        Example({"host.processes": process_line("node /opt/etherpad-lite/src/node/server.js")}),
    ),
    good=(
        Example({"host.packages": package_line("etherpad-lite", "rc ")}, note="removed"),
        Example({"host.unit_files": "etherpad.service disabled enabled\n"}, note="cannot start"),
        Example({}, note="nothing of it is there"),
    ),
    unclear=(Example({"host.packages": "nonsense\n"}, note="not understood"),),
)
