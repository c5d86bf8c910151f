from selfhost.controls.host_predicates import listing_line, nothing_listed
from selfhost.controls.model import (
    Category,
    Control,
    Example,
    Fix,
    Severity,
)

SOURCE = "host.dumps"


CONTROL = Control(
    id="host-memory-dumps",
    title="No dump of the focus's or the bridge's Java memory lies on disk",
    category=Category.RETENTION,
    severity=Severity.HIGH,
    component="host",
    needs=(SOURCE,),
    risk="A dump of the bridge's memory holds keys and unencrypted media of the moment, one of the "
    "focus everybody who was in a room. The start scripts write one when memory runs out.",
    upstream_default="written to /tmp when memory runs out (-XX:+HeapDumpOnOutOfMemoryError)",
    fix=Fix(by_hand="Delete the files, and give the service more memory."),
    references=(
        "jitsi/jitsi-videobridge: jvb/resources/jvb.sh",
        "jitsi/jitsi-videobridge: resources/collect-dump-logs.sh",
        "jitsi/jicofo: resources/jicofo.sh",
    ),
    gdpr="Art. 5(1)(c), 5(1)(f)",
    surfaces=("jvb-heap-dump", "jicofo-heap-dump", "jvb-collect-dump-logs"),
    check=nothing_listed(
        SOURCE, "{} holds memory of the focus or the bridge", "no memory lies on disk"
    ),
    bad=(
        Example({SOURCE: listing_line("/tmp/java_pid812.hprof", size=9)}, at=1),  # noqa: S108 - a name
        Example({SOURCE: listing_line("/var/log/jitsi/java_pid812.hprof")}, at=1),
        Example({SOURCE: listing_line("/tmp/jvb-dumps-2026-01-01-812.tgz")}, at=1),  # noqa: S108 - a name
    ),
    good=(
        Example(
            {"host.memory_images": listing_line("/var/crash/jvb.crash")},
            note="what the system keeps of crashes is host-memory-images'",
        ),
        Example({}, absent=(SOURCE,), note="no such files"),
    ),
    unclear=(Example({"host.dumps": "nonsense\n"}, note="not understood"),),
)
