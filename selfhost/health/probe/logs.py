"""Which known errors stand in the logs since the services began."""

import glob
import re
import subprocess
import time
from typing import Dict, List, Optional

from selfhost.health.probe.asking import SECONDS, Facts, modified, read, run
from selfhost.health.probe.services import processes, units

TAIL = 256 * 1024
LOGS = {
    "jicofo": ("/var/log/jitsi/jicofo.log", "jicofo"),
    "jitsi-videobridge2": ("/var/log/jitsi/jvb.log", "jvb"),
    "prosody": ("/var/log/prosody/prosody.err", "prosody"),
}
BEFORE_START = {"memory": 10}  # seconds; of others 2, as clocks of logs are coarse
#: What is looked for in logs. The names are what the doctor's rules know.
ERRORS = {
    "password": r"not-authorized|SASLError|SASL authentication failed",
    "certificate": r"PKIX|valid certification path|CertificateException|CERTIFICATE_VERIFY",
    "connection": r"Connection refused|cannot connect to|UnknownHost|No route to host|Connect call",
    "memory": r"OutOfMemoryError|Cannot allocate memory|insufficient memory for the Java",
    "address": r"[Nn]o valid (?:IP )?address",
    "settings": r"ConfigException|[Pp]arse error|cannot be parsed|Error while reading config",
    "port": r"Address already in use|BindException",
    "disk": r"No space left on device",
    "module": r"module '[\w.]+' not found|Failed to load module|[Ee]rror loading module",
}


def logs(_: Facts) -> Facts:
    """Of each log, the known errors in its last part, and how many lines ago the last one was.

    What a service wrote before it was last started, or before it ended, is past; but for the
    moments before, as it may be what ended it.
    """
    began = beginnings()
    found: Facts = {}
    for name, (path, _user) in LOGS.items():
        text, written = read(path, TAIL, tail=True), modified(path)
        if text is None or written is None:
            continue
        lines = text.splitlines()
        seen: Facts = {}
        for kind, pattern in ERRORS.items():
            since = began.get(name, 0.0) - BEFORE_START.get(kind, 2)
            later = recent(lines, since, written)
            places = [n for n, line in enumerate(later) if re.search(pattern, line)]
            if places:
                seen[kind] = {"count": len(places), "lines_ago": len(later) - places[-1]}
        since = began.get(name, 0.0) - 2
        modules = re.findall(
            r"module '([\w.]{1,60})' not found", "\n".join(recent(lines, since, written))
        )
        found[name] = {
            "errors": seen,
            "modules": sorted(set(modules))[:10],
            "written": written,
        }
    return found


def beginnings() -> Dict[str, float]:
    """When each service's process was started; of one that does not run, when it ended."""
    try:
        found = {name: unit["since"] for name, unit in units({}).items()}
    except RuntimeError:
        found = {}
    for name, (_, user) in LOGS.items():
        started = [p["started"] for p in processes({}) if p["user"] == user]
        if started:
            found[name] = min(started)
    return found


def recent(lines: List[str], since: float, written: float) -> List[str]:
    """A log's lines from the first that is not older. Those that bear no time belong to the one
    before; the last ones were written when the file was. All of them where no time is known."""
    times = [time_of(line) for line in lines]
    known = [number for number, when in enumerate(times) if when is not None]
    old = [number for number in known if (times[number] or 0.0) < since]
    if not old:
        return lines
    later = [number for number in known if number > old[-1]]
    if later:
        return lines[later[0] :]
    return lines[old[-1] + 1 :] if written >= since else []


def time_of(line: str) -> Optional[float]:
    """When a line was written: as the Java programs say it, or as Prosody does, without a year."""
    full = re.search(r"\b(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)\b", line[:200])
    short = re.match(r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d ", line)
    try:
        if full:
            return time.mktime(time.strptime("%s %s" % full.groups(), "%Y-%m-%d %H:%M:%S"))
        if short:
            year = time.localtime().tm_year
            for guess in (year, year - 1):
                form = "%d %s" % (guess, short[0].strip())
                written = time.mktime(time.strptime(form, "%Y %b %d %H:%M:%S"))
                if written < time.time() + 86400:
                    return written
    except (ValueError, OverflowError):
        pass
    return None


def complaints(_: Facts) -> Facts:
    """What a web server or XMPP server that will not run says about its settings."""
    found: Facts = {}
    for name, command in (("nginx", ("nginx", "-t", "-q")), ("prosody", ("luac5.4", "-p"))):
        if (run("systemctl", "is-active", name) or "").strip() == "active":
            continue
        argv = list(command) + (glob.glob("/etc/prosody/conf.d/*.lua") if name == "prosody" else [])
        try:
            done = subprocess.run(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        if done.returncode and said:
            found[name] = said[0][:300]
    return found
