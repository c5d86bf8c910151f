from selfhost.controls.host_predicates import (
    PROGRAM_NEEDS,
    no_program,
    package_line,
    process_line,
)
from selfhost.controls.model import Category, Confidence, Control, Example, Fix, Severity

CONTROL = Control(
    id="host-capture-programs",
    title="Nothing on the server grabs screens, sound or packets",
    category=Category.RECORDING,
    severity=Severity.CRITICAL,
    confidence=Confidence.LIKELY,
    component="host",
    needs=PROGRAM_NEEDS,
    risk=(
        "A headless browser with a grabber records a call as a "
        "participant; a packet sniffer sees who talks to whom."
    ),
    upstream_default="not installed",
    fix=Fix(by_hand=("Stop the program and remove its package; find out who started it.")),
    references=("jitsi/jibri: src/main/resources/reference.conf",),
    surfaces=(
        "jibri-ffmpeg-running",
        "sys-processes",
        "sys-packet-capture",
        "sys-packages-capture",
        "vendor-dumper-scripts",
    ),
    check=no_program("capture"),
    bad=(
        Example({"host.processes": process_line("ffmpeg -f x11grab -i :0 /srv/a.mp4")}, at=1),
        Example({"host.processes": process_line("/usr/bin/tcpdump -i eth0 -w /tmp/x.pcap")}, at=1),
        Example({"host.packages": package_line("obs-studio")}, at=1),
    ),
    good=(
        Example({"host.processes": process_line("/usr/sbin/sshd -D")}),
        Example(
            {"host.packages": package_line("libpcap0.8")},
            note="a library that the bridge recommends",
        ),
        Example(
            {"host.packages": package_line("tcpdump")},
            note="a tool of admins; running it is the finding",
        ),
        Example({}, note="nothing of it is there"),
    ),
    unclear=(Example({"host.packages": "nonsense\n"}, note="not understood"),),
)
