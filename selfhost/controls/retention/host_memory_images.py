from collections.abc import Iterator

from selfhost.controls.host_predicates import listing_line
from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    passed,
)
from selfhost.controls.text_predicates import lines, looked_at
from selfhost.effective.server import Server

NEEDS = ("host.memory_images", "host.core_pattern", "host.coredump")


def check(server: Server) -> Iterator[Verdict]:
    for entry in server.listing("host.memory_images"):
        if entry.type != "directory":
            yield fail(f"{entry.path} is memory of a program", Cited(entry.origin))
    storage = _storage(server)
    for line in lines(server, "host.core_pattern", ""):
        if line.text.startswith("|") and not _discarded(line.text, storage):
            program = line.text[1:].split()[0] if line.text[1:].split() else line.text
            yield fail(
                f"memory of every program that crashes goes to {program}", Cited(line.origin)
            )
    yield passed("no memory of crashed programs is kept", *looked_at(server, *NEEDS))


def _discarded(pattern: str, storage: str) -> bool:
    """Whether what takes the memory throws it away."""
    if pattern[1:].split()[:1] in (["/bin/false"], ["/usr/bin/false"], ["/bin/true"]):
        return True
    return "systemd-coredump" in pattern and storage == "none"


def _storage(server: Server) -> str:
    """systemd-coredump's ``Storage``, drop-ins after the file."""
    storage = "external"
    for line in sorted(lines(server, "host.coredump", "#;"), key=lambda found: found.origin.path):
        key, _, value = line.text.partition("=")
        if key.strip() == "Storage":
            storage = value.strip().lower()
    return storage


SYSTEMD = "|/usr/lib/systemd/systemd-coredump %P %u %g %s %t 9223372036854775808 %h %d\n"

CONTROL = Control(
    id="host-memory-images",
    title="The system keeps no memory of programs that crash",
    category=Category.RETENTION,
    severity=Severity.MEDIUM,
    component="host",
    needs=NEEDS,
    risk="Memory of the bridge and the focus holds media, keys, names and passwords of the moment, "
    "and goes wherever backups go.",
    upstream_default="as the distribution has it: Debian keeps none until systemd-coredump is "
    "installed, Ubuntu has apport",
    fix=Fix(
        by_hand="Delete the files; remove systemd-coredump or apport, or set Storage=none in "
        "/etc/systemd/coredump.conf."
    ),
    references=("https://manpages.debian.org/bookworm/systemd-coredump/coredump.conf.5.en.html",),
    gdpr="Art. 5(1)(e)",
    surfaces=("sys-core-and-heap-dumps",),
    check=check,
    bad=(
        Example(
            {"host.memory_images": listing_line("/var/lib/systemd/coredump/core.java.zst")}, at=1
        ),
        Example({"host.core_pattern": SYSTEMD, "host.coredump": "[Coredump]\n#Storage=none\n"}),
        Example({"host.core_pattern": "|/usr/share/apport/apport -p%p\n"}, at=1),
    ),
    good=(
        Example(
            {"host.dumps": listing_line("/tmp/java_pid812.hprof")},  # noqa: S108 - a name
            note="Java's own dumps are host-memory-dumps'",
        ),
        Example({"host.core_pattern": "core\n"}, note="the kernel's own; services have a limit"),
        Example({"host.core_pattern": SYSTEMD, "host.coredump": "[Coredump]\nStorage=none\n"}),
        Example({"host.core_pattern": "|/bin/false\n"}, note="thrown away"),
        Example({}, absent=NEEDS),
    ),
    unclear=(Example({"host.memory_images": "nonsense\n"}, note="not understood"),),
)
