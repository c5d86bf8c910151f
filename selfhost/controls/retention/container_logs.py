from collections.abc import Iterator

from selfhost.controls.host_predicates import container_line
from selfhost.controls.model import (
    Category,
    Cited,
    Control,
    Example,
    Fix,
    Severity,
    Verdict,
    fail,
    not_applicable,
    passed,
)
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.server import Server

#: Write a file that grows until ``max-size`` says otherwise.
FILES = ("json-file", "k8s-file")
#: Hand every line to another program or machine.
ELSEWHERE = ("syslog", "gelf", "fluentd", "awslogs", "splunk", "gcplogs", "logentries", "etwlogs")


def check(server: Server) -> Iterator[Verdict]:
    if not server.containers:
        yield not_applicable("there are no containers", *looked_at(server, "host.containers"))
        return
    for container in server.containers:
        driver, place = container.log_driver, Cited(container.origin, "LogConfig")
        if driver in ELSEWHERE:
            yield fail(f"{container.name} sends its log to {driver}", place)
        elif driver in FILES and "max-size" not in container.log_options:
            yield fail(f"the log of {container.name} grows without end ({driver})", place)
    yield passed("no container's log grows without end", *looked_at(server, "host.containers"))


def line(driver: str, *options: str) -> dict[str, str]:
    named = container_line("web", "jitsi/web", log_driver=driver, log_options=list(options))
    return {"host.containers": named}


CONTROL = Control(
    id="container-logs",
    title="Logs of containers stay here and do not grow without end",
    category=Category.RETENTION,
    severity=Severity.HIGH,
    component="host",
    needs=("host.containers",),
    risk="The web container's log has an address and a room for every join, Prosody's has every "
    "room. Docker keeps both for as long as the container lives.",
    upstream_default="json-file without a limit",
    fix=Fix(
        by_hand="Set log-driver local, or max-size and max-file, in /etc/docker/daemon.json, and "
        "create the containers anew."
    ),
    references=("jitsi/docker-jitsi-meet: docker-compose.yml",),
    gdpr="Art. 5(1)(e)",
    surfaces=("sys-docker-log-driver",),
    check=check,
    bad=(
        Example(line("json-file"), at=1),
        Example(line("json-file", "max-file"), at=1, note="max-file counts only with max-size"),
        Example(line("gelf"), at=1),
    ),
    good=(
        Example(line("json-file", "max-file", "max-size")),
        Example(line("local")),
        Example(line("none")),
        Example(line("journald"), note="the journal's own limit is judged there"),
        Example({}, absent=("host.containers",), note="no containers"),
    ),
    unclear=(Example({"host.containers": "nonsense\n"}, note="not understood"),),
)
