import re
from collections.abc import Iterator

from selfhost.catalog.ai_vendors import vendor_of_variable
from selfhost.controls.host_predicates import process_line
from selfhost.controls.model import (
    Category,
    Cited,
    Confidence,
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

FILES = (
    "host.environment_files",
    "host.unit_overrides",
    "jicofo.environment",
    "videobridge.environment",
)
#: ``NAME=value`` at the start of a line, after ``export`` or inside ``Environment=``.
ASSIGNMENT = re.compile(r"(?:^|[\s\"'=])(?:export\s+)?([A-Z][A-Z0-9_]{2,})=([\"']?)([^\s\"']*)")


def check(server: Server) -> Iterator[Verdict]:
    for source in FILES:
        for line in lines(server, source, "#;"):
            for name, _, value in ASSIGNMENT.findall(line.text):
                vendor = vendor_of_variable(name)
                if vendor is not None and value:
                    yield fail(f"{name} is set: {vendor.name}", Cited(line.origin, name))
    for process in server.processes:
        if process.environment is None:
            yield unknown(
                f"the environment of process {process.pid} may not be read", Cited(process.origin)
            )
            continue
        for name, value in process.environment.items():
            vendor = vendor_of_variable(name)
            if vendor is not None and value != "":
                what = f"process {process.pid} ({process.command}) has {name}: {vendor.name}"
                yield fail(what, Cited(process.origin, name))
    yield passed("no such variable is set", *looked_at(server, *FILES, "host.processes"))


CONTROL = Control(
    id="host-ai-credentials",
    title="No credentials or addresses of AI services are on the server",
    category=Category.AI,
    severity=Severity.CRITICAL,
    confidence=Confidence.LIKELY,
    component="host",
    needs=(*FILES, "host.processes"),
    risk="A key of a speech or language service has one use next to a conference server.",
    upstream_default="absent",
    fix=Fix(by_hand="Remove the variable, restart what read it, and revoke the key at the vendor."),
    references=("jitsi/opus-transcriber-proxy: src/config.ts", "jitsi/skynet: skynet/env.py"),
    gdpr="Art. 28, 44",
    surfaces=("otp-openai", "otp-deepgram", "otp-gemini", "otp-xai", "jigasi-google-credentials"),
    check=check,
    bad=(
        Example({"host.environment_files": "# asr\nOPENAI_API_KEY=REDACTED_00000000\n"}, at=2),
        Example(
            {"host.unit_overrides": '[Service]\nEnvironment="DEEPGRAM_API_KEY=REDACTED_1"\n'}, at=2
        ),
        Example({"host.processes": process_line("node x", environment={"XAI_API_KEY": "R"})}, at=1),
    ),
    good=(
        Example({"host.environment_files": "LANG=C.UTF-8\n"}),
        Example({"host.environment_files": "# OPENAI_API_KEY=x\n"}, note="a comment"),
        Example({"host.environment_files": "OPENAI_API_KEY=\n"}, note="empty"),
        Example({"host.processes": process_line("java -jar x", environment={"PATH": "/bin"})}),
        Example({}, note="nothing of it is there"),
    ),
    unclear=(Example({"host.processes": process_line("node x", environment=None)}),),
)
