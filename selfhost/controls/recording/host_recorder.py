from selfhost.controls.host_predicates import (
    PROGRAM_NEEDS,
    container_line,
    no_program,
    package_line,
    process_line,
)
from selfhost.controls.model import Category, Confidence, Control, Example, Fix, Severity

CONTROL = Control(
    id="host-recorder",
    title="No recorder is on the server",
    category=Category.RECORDING,
    severity=Severity.CRITICAL,
    confidence=Confidence.LIKELY,
    component="host",
    needs=PROGRAM_NEEDS,
    risk=(
        "Jibri joins a room as a hidden participant and writes or "
        "streams all that it sees and hears."
    ),
    upstream_default="not installed",
    fix=Fix(
        by_hand=(
            "apt-get purge jibri; stop and remove its containers; look for recordings that it left."
        ),
        variable="privacy_never_packages",
    ),
    references=("jitsi/jibri: debian/control",),
    surfaces=(
        "jibri-installed",
        "multitrack-recorder",
        "sys-units",
    ),
    check=no_program("recorder"),
    bad=(
        Example({"host.packages": package_line("nginx") + package_line("jibri")}, at=2),
        Example(
            {
                "host.processes": process_line(
                    "/usr/bin/java -jar /opt/jitsi/jibri/jibri.jar", "jibri"
                )
            },
            at=1,
        ),
        Example({"host.containers": container_line("rec", "jitsi/jibri:stable")}, at=1),
        Example({"host.unit_files": "jibri.service enabled enabled\n"}, at=1),
    ),
    good=(
        Example(
            {"host.packages": package_line("jicofo") + package_line("jibri", "un ")},
            note="known to dpkg, not installed",
        ),
        Example(
            {"host.processes": process_line("/usr/bin/vim /etc/notes-on-jibri.txt")},
            note="a text about it",
        ),
        Example({"host.unit_files": "jibri.service disabled enabled\n"}, note="cannot start"),
        Example({}, note="nothing of it is there"),
    ),
    unclear=(Example({"host.packages": "nonsense\n"}, note="not understood"),),
)
