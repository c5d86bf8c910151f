import re
from collections.abc import Iterator

from selfhost.controls.host_predicates import package_line, process_line
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
)
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.server import Server

#: What only a browser that is to record is given.
RECORDS = re.compile(
    r"--use-fake-ui-for-media-stream|config\.iAmRecorder=true|config\.iAmSipGateway=true"
)
CHROME = re.compile(r"google-chrome-(?:stable|beta|unstable)")


def check(server: Server) -> Iterator[Verdict]:
    for process in server.processes:
        found = RECORDS.search(process.command_line)
        if found:
            what = f"process {process.pid} ({process.command}) runs with {found[0]}"
            yield fail(what, Cited(process.origin))
    for package in server.packages:
        if package.installed and CHROME.fullmatch(package.name):
            what = f"{package.name} is installed: a browser on a server records, and asks Google"
            yield fail(what, Cited(package.origin))
    yield passed("no such browser", *looked_at(server, "host.processes", "host.packages"))


CONTROL = Control(
    id="host-recorder-browser",
    title="No browser for recording is on the server",
    category=Category.RECORDING,
    severity=Severity.HIGH,
    confidence=Confidence.LIKELY,
    component="host",
    needs=("host.processes", "host.packages"),
    risk=(
        "A browser that joins rooms with the marks of a recorder sees and hears everything: it "
        "grants itself capture, hides its prompts, and Chrome asks Google for updates, safe "
        "browsing and translations meanwhile."
    ),
    upstream_default="not installed",
    fix=Fix(by_hand="apt-get purge google-chrome-stable; stop what started the browser."),
    references=(
        "jitsi/jibri: src/main/kotlin/org/jitsi/jibri/selenium/JibriSelenium.kt",
        "jitsi/jibri: src/main/resources/reference.conf",
    ),
    surfaces=(
        "jibri-chrome-profile",
        "jibri-fake-media-permission",
        "jibri-selenium-overrides",
    ),
    check=check,
    bad=(
        Example(
            {
                "host.processes": process_line(
                    "/opt/google/chrome/chrome --kiosk --use-fake-ui-for-media-stream"
                )
            },
            at=1,
        ),
        Example(
            {"host.processes": process_line("chromium https://x/r#config.iAmRecorder=true")}, at=1
        ),
        Example({"host.packages": package_line("google-chrome-stable")}, at=1),
    ),
    good=(
        Example({"host.processes": process_line("/usr/bin/java -jar jicofo.jar")}),
        Example({"host.packages": package_line("google-chrome-stable", "rc ")}, note="removed"),
        Example({"host.processes": process_line("vim iAmRecorder.txt")}, note="a text about it"),
        Example({}, note="nothing of it is there"),
    ),
    unclear=(Example({"host.processes": "nonsense\n"}, note="not understood"),),
)
