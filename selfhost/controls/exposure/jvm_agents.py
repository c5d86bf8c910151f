import re
from collections.abc import Iterator

from selfhost.controls.host_predicates import process_line
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
    unknown,
)
from selfhost.controls.text_predicates import lines, looked_at
from selfhost.effective.server import Server

AGENTS = re.compile(
    r"-javaagent:|-agentpath:|-agentlib:|-Xrunjdwp|-Xdebug\b|com\.sun\.management\.jmxremote"
)
FILES = ("jicofo.environment", "videobridge.environment", "host.unit_overrides")


def check(server: Server) -> Iterator[Verdict]:
    for process in server.processes:
        for argument in process.arguments:
            if AGENTS.search(argument):
                what = f"process {process.pid} runs with {argument[:80]}"
                yield fail(what, Cited(process.origin))
        if process.environment is None and process.command == "java":
            what = f"the environment of process {process.pid} may not be read"
            yield unknown(what, Cited(process.origin))
        options = (process.environment or {}).get("JAVA_TOOL_OPTIONS")
        if options and AGENTS.search(options):
            yield fail(f"process {process.pid}: JAVA_TOOL_OPTIONS", Cited(process.origin))
    for source in FILES:
        for line in lines(server, source, "#;"):
            if AGENTS.search(line.text):
                yield fail("the next start attaches an agent", Cited(line.origin))
    yield passed("no agent and no debugger", *looked_at(server, "host.processes", *FILES))


CONTROL = Control(
    id="jvm-agents",
    title="No agent or debugger is attached to the focus and the bridge",
    category=Category.EXPOSURE,
    severity=Severity.HIGH,
    component="videobridge",
    needs=("host.processes", *FILES),
    risk="An attached agent reads media keys and decrypted audio from the program's memory.",
    upstream_default="absent",
    fix=Fix(by_hand="Remove the option from the service's environment and restart it."),
    references=("jitsi/jitsi-videobridge: jvb/resources/jvb.sh",),
    surfaces=(
        "jvb-jmx-debug",
        "sys-java-agents",
        "jvb-srtp-key-logging-absent",
    ),
    check=check,
    bad=(
        Example({"host.processes": process_line("java -javaagent:/tmp/a.jar -jar jvb.jar")}, at=1),
        Example(
            {"videobridge.environment": 'JAVA_SYS_PROPS="-agentlib:jdwp=transport=dt_socket"\n'},
            at=1,
        ),
    ),
    good=(
        Example({"host.processes": process_line("java -Xmx1g -jar jvb.jar")}),
        Example({"videobridge.environment": "# -javaagent:/tmp/a.jar\n"}, note="a comment"),
        Example({}, note="nothing of it is there"),
    ),
    unclear=(
        Example(
            {"host.processes": process_line("java -jar jvb.jar", "jvb", environment=None)},
            note="audited without root's rights",
        ),
    ),
)
