from selfhost.controls.host_predicates import (
    PROGRAM_NEEDS,
    container_line,
    no_program,
    package_line,
    process_line,
    socket_line,
)
from selfhost.controls.model import Category, Confidence, Control, Example, Fix, Severity

CONTROL = Control(
    id="host-ai-programs",
    title="No speech recognition or language model runs on the server",
    category=Category.AI,
    severity=Severity.CRITICAL,
    confidence=Confidence.LIKELY,
    component="host",
    needs=PROGRAM_NEEDS,
    risk=(
        "A program that turns speech into text, translates or summarises "
        "has one purpose next to a conference server."
    ),
    upstream_default="not installed",
    fix=Fix(
        by_hand=(
            "Stop and remove the program, its unit and its containers, then find out what fed it."
        )
    ),
    references=(
        "jitsi/skynet: README.md",
        "jitsi/opus-transcriber-proxy: src/config.ts",
    ),
    surfaces=(
        "skynet-running",
        "otp-running",
        "sys-packages-ai",
    ),
    check=no_program("ai"),
    bad=(
        Example({"host.sockets": socket_line("127.0.0.1", 11434, "serve")}, at=1),
        Example(
            {
                "host.processes": process_line(
                    "/usr/bin/node /opt/opus-transcriber-proxy/dist/server.js"
                )
            },
            at=1,
        ),
        Example({"host.processes": process_line("/opt/skynet/bin/python -m skynet.main")}, at=1),
        Example({"host.units": "ollama.service loaded active running Ollama\n"}, at=1),
        Example(
            {"host.containers": container_line("asr", "onerahmet/openai-whisper-asr-webservice")},
            at=1,
        ),
        Example({"host.packages": package_line("whisper.cpp")}, at=1),
    ),
    good=(
        Example(
            {"host.sockets": socket_line("0.0.0.0", 8000, "nginx")},
            note="the web server on that port",
        ),
        Example(
            {
                "host.processes": process_line(
                    "/usr/bin/java -cp /usr/share/jicofo/jicofo.jar org.jitsi.jicofo.Main", "jicofo"
                )
            }
        ),
        Example({"host.packages": package_line("python3-numpy")}, note="a library"),
        Example({"host.units": "ollama.service not-found inactive dead\n"}, note="only mentioned"),
        Example({}, note="nothing of it is there"),
    ),
    unclear=(Example({"host.packages": "nonsense\n"}, note="not understood"),),
)
