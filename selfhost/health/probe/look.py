"""All sections, and the answer that is sent back."""

import json
import os
import sys
import time
from typing import Any, Callable, Dict

from selfhost.health.probe.applications import bridge, focus, web, xmpp
from selfhost.health.probe.asking import Facts
from selfhost.health.probe.certificates import certificates
from selfhost.health.probe.logs import complaints, logs
from selfhost.health.probe.machine import machine
from selfhost.health.probe.services import listeners, processes, units
from selfhost.health.probe.system import firewall, names, packages

FORMAT = 1


SECTIONS: Dict[str, Callable[[Facts], Any]] = {
    "machine": machine,
    "units": units,
    "processes": processes,
    "listeners": listeners,
    "logs": logs,
    "complaints": complaints,
    "focus": focus,
    "bridge": bridge,
    "xmpp": xmpp,
    "web": web,
    "certificates": certificates,
    "packages": packages,
    "names": names,
    "firewall": firewall,
}


def look(order: Facts) -> Facts:
    """All sections; one that fails is null."""
    found: Facts = {"selfhost-probe": FORMAT, "now": time.time(), "root": os.geteuid() == 0}
    for name, section in SECTIONS.items():
        try:
            found[name] = section(order)
        except Exception:  # a section must not take the others with it
            found[name] = None
    return found


if __name__ == "__main__":
    os.environ.update(
        LC_ALL="C", PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    )
    json.dump(look(json.load(sys.stdin)), sys.stdout)
    print()
