from collections.abc import Iterator

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
from selfhost.controls.predicates import setting
from selfhost.controls.recorder_predicates import jibri
from selfhost.effective.server import Server

KEY = "jibri.chrome.flags"
#: Flags by which Chrome writes what it loads and does, or lets others look in.
TELLING = ("--enable-logging", "--v", "--vmodule", "--log-net-log", "--net-log-capture-mode")
OPEN = ("--remote-debugging-port", "--remote-debugging-address", "--load-extension")


def judge(value: object) -> str | None:
    flags = [str(item) for item in value] if isinstance(value, list) else [str(value)]
    names = [flag.partition("=")[0].strip() for flag in flags]
    found = [name for name in names if name in TELLING + OPEN]
    return f"the browser writes or shows what it sees ({', '.join(found)})" if found else None


_flags = setting(jibri, KEY, judge=judge)


def check(server: Server) -> Iterator[Verdict]:
    yield from _flags(server)
    if not server.evidence.in_scope("host.processes"):
        return
    for process in server.processes:
        words = process.arguments
        if not any(word.rsplit("/", 1)[-1] == "chromedriver" for word in words[:1]):
            continue
        if any(word.startswith(("--verbose", "--log-path", "--log-level")) for word in words):
            yield fail(f"process {process.pid}: chromedriver logs", Cited(process.origin))
    yield passed("no chromedriver logs", Cited(jibri(server)[0].place, KEY))


CONTROL = Control(
    id="jibri-browser-log",
    title="A recorder's browser logs nothing and is closed to others",
    category=Category.RETENTION,
    severity=Severity.MEDIUM,
    component="jibri",
    needs=("jibri.config",),
    risk="Such a log holds pages, commands and addresses of the meetings that were recorded.",
    upstream_default="off",
    fix=Fix(
        by_hand="Remove the flag from jibri.chrome.flags, or JIBRI_CHROMEDRIVER_DEBUG from the "
        "environment, restart jibri and delete chromedriver.log."
    ),
    references=("jitsi/docker-jitsi-meet: jibri.yml",),
    gdpr="Art. 5(1)(c)",
    surfaces=("jibri-chromedriver-debug",),
    check=check,
    bad=(
        Example({"jibri.config": f'{KEY} = [ "--kiosk", "--enable-logging", "--v=1" ]\n'}, at=1),
        Example({"jibri.config": f'{KEY} = [ "--remote-debugging-port=9222" ]\n'}, at=1),
        Example(
            {
                "jibri.config": "jibri {}\n",
                "host.processes": '{"pid": 9, "arguments": ["/usr/bin/chromedriver", '
                '"--port=1", "--verbose", "--log-path=/tmp/c.log"]}\n',
            },
            at=1,
        ),
    ),
    good=(
        Example({"jibri.config": "jibri {}\n"}),
        Example({"jibri.config": f'{KEY} = [ "--kiosk", "--start-maximized" ]\n'}),
        Example(
            {"jibri.config": f'# {KEY} = [ "--enable-logging" ]\njibri {{}}\n'}, note="comment"
        ),
        Example({}, absent=("jibri.config",), note="not installed"),
    ),
    unclear=(Example({"jibri.config": f"{KEY} = [ ${{FLAG}} ]\n"}),),
)
