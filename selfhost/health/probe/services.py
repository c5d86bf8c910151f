"""What the services are, and what runs and listens."""

import glob
import json
import os
import pwd
import re
import time
from typing import Dict, List

from selfhost.health.probe.asking import Facts, read, run
from selfhost.health.probe.machine import first_number

UNITS = (
    *("prosody", "jicofo", "jitsi-videobridge2", "nginx", "coturn"),
    *("selfhost-firewall", "selfhost-watch", "prometheus-node-exporter"),
)
USERS = ("prosody", "jicofo", "jvb", "turnserver", "www-data")


def units(_: Facts) -> Facts:
    """State, restarts, start (seconds since 1970) and end for want of memory of each unit."""
    names = [name + ".service" for name in UNITS]
    keys = (
        "Id,LoadState,ActiveState,SubState,Result,NRestarts,UnitFileState,"
        "StateChangeTimestampMonotonic"
    )
    shown = run("systemctl", "show", "-p", keys, *names)
    if shown is None:
        raise RuntimeError("systemctl does not answer")
    boot = time.time() - float((read("/proc/uptime") or "0").split()[0])
    kills = killed_for_memory()
    found: Facts = {}
    for block in shown.split("\n\n"):
        pairs = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        if pairs.get("LoadState") in (None, "not-found"):
            continue
        since = int(pairs.get("StateChangeTimestampMonotonic") or 0)
        found[pairs["Id"][: -len(".service")]] = {
            "active": pairs.get("ActiveState"),
            "sub": pairs.get("SubState"),
            "result": pairs.get("Result"),
            "enabled": pairs.get("UnitFileState"),
            "restarts": first_number(pairs.get("NRestarts")),
            "since": boot + since / 1e6 if since else None,
            "killed": kills.get(pairs["Id"]),
        }
    return found


def killed_for_memory() -> Dict[str, float]:
    """Units of which the kernel ended a process for want of memory, and when it last did: systemd
    writes it down, and shows it as a result only until it has started the unit again."""
    lines = run(
        *("journalctl", "-q", "-b", "-n", "200", "-o", "json", "--output-fields=UNIT"),
        *("_PID=1", "MESSAGE_ID=fe6faa94e7774663a0da52717891d8ef"),
    )
    found: Dict[str, float] = {}
    for line in (lines or "").splitlines():
        entry = json.loads(line)
        found[str(entry.get("UNIT"))] = int(entry["__REALTIME_TIMESTAMP"]) / 1e6
    return found


def processes(_: Facts) -> List[Facts]:
    """The services' processes: whose, since when, how large a Java heap they may take (MiB)."""
    boot = re.search(r"^btime (\d+)", read("/proc/stat") or "", re.M)
    start_of_machine = int(boot[1]) if boot else 0
    tick = os.sysconf("SC_CLK_TCK")
    wanted: Dict[int, str] = {}
    for user in USERS:
        try:
            wanted[pwd.getpwnam(user).pw_uid] = user
        except KeyError:
            continue
    found = []
    for folder in glob.glob("/proc/[0-9]*"):
        try:
            owner = wanted.get(os.stat(folder).st_uid)
        except OSError:
            continue
        line, stat = read(folder + "/cmdline"), read(folder + "/stat")
        if owner is None or not line or not stat:
            continue
        started = start_of_machine + int(stat.rpartition(")")[2].split()[19]) / tick
        heap = re.findall(r"-Xmx(\d+)([kmgKMG]?)(?=\0|$)", line)
        size = None
        if heap:
            unit = {"": 1 / 1024 / 1024, "k": 1 / 1024, "m": 1, "g": 1024}[heap[-1][1].lower()]
            size = int(int(heap[-1][0]) * unit)
        found.append({"user": owner, "started": started, "heap": size})
    return found


def listeners(_: Facts) -> Facts:
    """Sockets that wait, as ``ss`` shows them, and whose they are."""
    sockets = run("ss", "-Htulnpe")
    users = run("getent", "passwd", *USERS) or ""
    return {"sockets": sockets, "users": users}
