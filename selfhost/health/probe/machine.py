"""The machine and its system."""

import glob
import os
import re
from typing import Optional

from selfhost.health.probe.asking import Facts, read, run


def machine(_: Facts) -> Facts:
    """Memory in MiB, disks in MiB, kernel, clock."""
    memory = dict(re.findall(r"^(\w+):\s+(\d+) kB", read("/proc/meminfo") or "", re.M))
    sizes = {
        name: int(memory[key]) // 1024
        for name, key in (
            ("total", "MemTotal"),
            ("available", "MemAvailable"),
            ("swap", "SwapTotal"),
        )
        if key in memory
    }
    name = re.search(r'^PRETTY_NAME="?([^"\n]*)', read("/etc/os-release") or "", re.M)
    synchronised = run("timedatectl", "show", "-p", "NTPSynchronized", "--value")
    return {
        "system": name[1] if name else None,
        "uptime": first_number(read("/proc/uptime")),
        "memory": sizes,
        "disks": [_disk(path) for path in ("/", "/var") if os.path.isdir(path)],
        "receive_buffer": first_number(read("/proc/sys/net/core/rmem_max")),
        "container": (run("systemd-detect-virt", "--container") or "").strip() not in ("", "none"),
        "clock_synchronised": {"yes": True, "no": False}.get((synchronised or "").strip()),
        "reboot": reboot(),
        "addresses": re.findall(
            r"\binet6? ([0-9a-f.:]+)", run("ip", "-o", "addr", "show", "scope", "global") or ""
        ),
    }


def first_number(text: Optional[str]) -> Optional[int]:
    match = re.match(r"\s*(\d{1,18})", text or "")
    return int(match[1]) if match else None


def _disk(path: str) -> Facts:
    found = os.statvfs(path)
    part = found.f_frsize / 1024 / 1024
    return {
        "path": path,
        "free": int(found.f_bavail * part),
        "total": int(found.f_blocks * part),
        "nodes_free": found.f_favail if found.f_files else None,
    }


def reboot() -> Optional[str]:
    """Why a restart of the machine is pending; None when it is not."""
    if os.path.exists("/run/reboot-required") or os.path.exists("/var/run/reboot-required"):
        return "an update asks for it"
    running = os.uname().release
    installed = [os.path.basename(path)[8:] for path in glob.glob("/boot/vmlinuz-*")]
    if installed and running not in installed:
        return "the running kernel %s is no longer installed" % running
    return None
