"""Containers, as their engine shows them."""

import json
import os
import shutil
from typing import Any, Callable, Dict, List, Set, Tuple

from selfhost.evidence.collector.commands import PROGRAMS, run
from selfhost.evidence.collector.processes import TELLING, is_running, processes_hidden
from selfhost.evidence.collector.records import Record, document, json_lines
from selfhost.evidence.collector.redactor import Redactor

_PODMAN = "/var/lib/containers/storage/"
#: An engine is asked only when asking cannot start it or make its files: what shows its life.
_ENGINES: Tuple[Tuple[str, Callable[[], bool]], ...] = (
    ("docker", lambda: is_running("dockerd")),
    ("podman", lambda: any(os.path.exists(_PODMAN + name) for name in ("libpod", "db.sql"))),
)


def _exists(path: str) -> bool:
    """Whether something is there, or may be."""
    try:
        os.stat(path)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True


def probe_containers(step: Record, redactor: Redactor) -> Record:
    source, path = step["name"], "probe:containers"
    lines: List[Record] = []
    installed = [e for e in _ENGINES if shutil.which(e[0], path=PROGRAMS)]
    if not installed:
        return document(source, path, "absent", reason="neither docker nor podman is installed")
    notes = []
    for engine, alive in installed:
        if os.geteuid() and (processes_hidden() or (engine == "podman" and _exists(_PODMAN))):
            reason = engine + " shows root's containers to root alone"
            return document(source, path, "denied", reason=reason)
        if not alive():
            notes.append(engine + " is installed and does not run")
            continue
        limit, timeout = step["max_bytes"], step["timeout"]
        ids = run([engine, "ps", "-a", "-q", "--no-trunc"], timeout, limit)
        names = ids.output.decode("ascii", "replace").split()
        if ids.state == "present" and not names:
            continue
        found = ids
        if ids.state == "present":
            found = run([engine, "container", "inspect", *names[:500]], timeout, 8 * limit)
        if found.state != "present" or len(names) > 500:
            reason = "%s: %s" % (engine, found.reason or "more than 500 containers")
            return document(source, path, "failed", reason=redactor.text(reason))
        try:
            lines += [container(engine, item, redactor) for item in json.loads(found.output)]
        except (ValueError, TypeError, AttributeError, RecursionError):
            return document(source, path, "failed", reason=engine + ": answer not understood")
    lines.sort(key=lambda line: (line["engine"], line["name"]))
    return json_lines(source, path, lines, step["max_bytes"], "; ".join(notes))


def container(engine: str, item: Record, redactor: Redactor) -> Record:
    """A container as ``docker`` or ``podman container inspect`` shows it, without secrets.

    Raises ValueError, TypeError or AttributeError where it is not of that shape.
    """
    config, state = item.get("Config") or {}, item.get("State") or {}
    image = config.get("Image") if engine == "docker" else item.get("ImageName")
    pairs = (str(entry).partition("=") for entry in config.get("Env") or ())
    arguments = [item.get("Path") or "", *(item.get("Args") or ())]
    mounts = [m for m in item.get("Mounts") or () if isinstance(m, dict)]
    host = item.get("HostConfig") or {}
    log = host.get("LogConfig") or {}
    log_options = {str(name) for name in log.get("Config") or ()}
    if str(log.get("Size") or "0B") != "0B":  # how podman shows it
        log_options.add("max-size")
    return {
        "engine": engine,
        "id": str(item.get("Id", "")),
        "name": str(item.get("Name", "")).lstrip("/"),
        "image": str(image or ""),
        "state": str(state.get("Status", "")),
        "arguments": redactor.arguments([str(argument) for argument in arguments]),
        "environment": {
            name: redactor.value(name, value) if TELLING.fullmatch(name) else None
            for name, _, value in pairs
        },
        "mounts": [str(m.get("Source") or m.get("source") or "") for m in mounts],
        "ports": published(item),
        "privileged": host.get("Privileged") is True,
        "network": str(host.get("NetworkMode") or ""),
        "processes_of": str(host.get("PidMode") or ""),
        "capabilities": sorted(str(name) for name in host.get("CapAdd") or ()),
        "log_driver": str(log.get("Type") or ""),
        "log_options": sorted(log_options),
    }


def published(item: Record) -> List[str]:
    """``ADDRESS:PORT:PORT_INSIDE/PROTOCOL`` of a container's ports that the machine opens."""
    ports: Dict[str, Any] = (item.get("NetworkSettings") or {}).get("Ports") or {}
    ports = ports or (item.get("HostConfig") or {}).get("PortBindings") or {}
    found: Set[str] = set()
    for inner, places in ports.items():
        for place in places or ():
            address = str(place.get("HostIp") or "0.0.0.0")  # noqa: S104 - what it says
            shown = "[%s]" % address if ":" in address else address
            found.add("%s:%s:%s" % (shown, place.get("HostPort") or "", inner))
    return sorted(found)
