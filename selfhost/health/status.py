"""How a host is, line by line. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from selfhost.health.expected import Expected
from selfhost.health.facts import Certificate, Facts, Unit
from selfhost.provision import sizing

DAY = 86_400
#: A certificate that is renewed by itself is renewed 30 days before its end.
DAYS_ADVISED = 20
#: The server's own watch looks daily.
WATCH_LATE = 2 * DAY
DISK_LITTLE, DISK_NONE = 1024, 100  # MiB


class State(StrEnum):
    """How a line is."""

    OK = "ok"
    WARNING = "warning"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing: ``area`` groups it, ``name`` names it, ``text`` says how it is."""

    area: str
    name: str
    state: State
    text: str


@dataclass(frozen=True, slots=True)
class LastAudit:
    """What is known of the last audit; ``when`` in seconds since 1970."""

    when: float
    policy: str
    evidence: str


@dataclass(frozen=True, slots=True)
class HostStatus:
    """One host. ``unreachable`` says why there are no lines."""

    host: str
    lines: tuple[Line, ...] = ()
    unreachable: str = ""


def verdict(hosts: tuple[HostStatus, ...]) -> str:
    """``wrong`` when a line is bad; else ``unreachable``, ``unknown`` or ``fine``."""
    states = {line.state for host in hosts for line in host.lines}
    if State.BAD in states:
        return "wrong"
    if any(host.unreachable for host in hosts):
        return "unreachable"
    return "unknown" if State.UNKNOWN in states else "fine"


def judge(facts: Facts, expected: Expected, audit: LastAudit | None) -> tuple[Line, ...]:
    """All lines of a host, in the order in which they matter."""
    return (
        *services(facts, expected),
        *logins(facts, expected),
        *certificates(facts, expected),
        *versions(facts, expected),
        firewall(facts, expected),
        *machine(facts, expected),
        last_audit(audit, facts.now),
        *watch(facts, expected),
    )


def services(facts: Facts, expected: Expected) -> Iterator[Line]:
    """Every service that must run here."""
    for name in expected.units:
        if facts.units is None:
            yield Line("services", name, State.UNKNOWN, "systemd did not answer")
            continue
        unit = facts.units.get(name)
        if unit is None:
            yield Line("services", name, State.BAD, "is not installed")
        elif name == "jicofo" and facts.focus is not None and facts.focus.answers is False:
            # Its unit comes from a script and stays "active" when the program has died.
            yield Line("services", name, State.BAD, "does not answer on 127.0.0.1:8888")
        else:
            yield _service(name, unit, facts.now)


def _service(name: str, unit: Unit, now: float) -> Line:
    if unit.active != "active":
        why = f" ({unit.result})" if unit.result not in (None, "", "success") else ""
        return Line("services", name, State.BAD, f"{unit.active or 'unknown'}{why}")
    text = f"runs since {ago(now - unit.since)}" if unit.since else "runs"
    if unit.restarts:
        return Line("services", name, State.WARNING, f"{text}, restarted {unit.restarts} times")
    if unit.enabled not in ("enabled", "generated", "enabled-runtime", "static"):
        return Line("services", name, State.WARNING, f"{text}, but not after a restart")
    return Line("services", name, State.OK, text)


def logins(facts: Facts, expected: Expected) -> Iterator[Line]:
    """Have focus, bridges and browsers the connections that a meeting needs?"""
    if expected.plays("jitsi_signalling"):
        focus = facts.focus
        if focus is None or focus.operational is None:
            state = State.BAD if focus is not None and not focus.answers else State.UNKNOWN
            yield Line("logins", "bridges", state, "the focus does not say how many bridges work")
        else:
            count = f"{focus.operational} of {expected.bridges} logged in and working"
            good = focus.operational >= expected.bridges
            some = State.WARNING if focus.operational else State.BAD
            yield Line("logins", "bridges", State.OK if good else some, count)
        status = facts.xmpp.status if facts.xmpp is not None else None
        good = status == 200
        text = "browsers can sign in" if good else f"BOSH answers {status or 'nothing'}"
        yield Line("logins", "xmpp", State.OK if good else State.BAD, text)
    if expected.plays("jitsi_videobridge"):
        healthy = facts.bridge.healthy if facts.bridge is not None else None
        said = (facts.bridge.complaint if facts.bridge is not None else "") or "it does not answer"
        if healthy:
            yield Line("logins", "bridge", State.OK, "healthy by its own account")
        else:
            yield Line("logins", "bridge", State.BAD, f"not healthy: {said}")
    if expected.plays("jitsi_web"):
        web = facts.web
        good = web is not None and web.status == 200 and bool(web.settings)
        said = f"config.js: status {web.status or 'none'}" if web is not None else "config.js: ?"
        text = "the page and its settings are served" if good else said
        yield Line("logins", "web", State.OK if good else State.BAD, text)


_CERTIFICATES = {
    "web served": ("jitsi_web", "web"),
    "turn served": ("jitsi_turn", "turn"),
    "xmpp": ("jitsi_signalling", "xmpp"),
}


def certificates(facts: Facts, expected: Expected) -> Iterator[Line]:
    """How long each certificate lasts, as it is shown to whoever connects."""
    for key, (group, name) in _CERTIFICATES.items():
        if not expected.plays(group):
            continue
        found = (facts.certificates or {}).get(key)
        if found is None or found.end is None:
            state = State.UNKNOWN if facts.certificates is None else State.BAD
            yield Line("certificates", name, state, "none is shown")
        else:
            yield _certificate(name, found, facts.now)


def _certificate(name: str, found: Certificate, now: float) -> Line:
    days = int(((found.end or now) - now) // DAY)
    names = ", ".join(found.names[:4]) or "no name"
    text = f"{days} days left, for {names}" + (" (self-signed)" if found.self_signed else "")
    if days < 0:
        return Line("certificates", name, State.BAD, f"expired {-days} days ago, for {names}")
    return Line("certificates", name, State.OK if days >= DAYS_ADVISED else State.WARNING, text)


def versions(facts: Facts, expected: Expected) -> Iterator[Line]:
    """What is installed, whether it is held, and whether the settings want another."""
    for name in expected.packages:
        found = facts.packages.installed.get(name) if facts.packages is not None else None
        if found is None:
            state = State.UNKNOWN if facts.packages is None else State.BAD
            yield Line("versions", name, state, "is not installed" if facts.packages else "?")
            continue
        text = (found.version or "?") + (", held" if found.held else "")
        wanted = expected.versions.get(name, "")
        if found.state != "installed":
            yield Line("versions", name, State.BAD, f"{text}: {found.state}")
        elif wanted and wanted != found.version:
            yield Line("versions", name, State.WARNING, f"{text}; the settings want {wanted}")
        else:
            yield Line("versions", name, State.OK, text)


def firewall(facts: Facts, expected: Expected) -> Line:
    """Are the rules in the kernel?"""
    seen = facts.firewall
    if not expected.firewall:
        return Line("machine", "firewall", State.WARNING, "off by the settings (firewall_enabled)")
    if seen is None or seen.tables is None:
        return Line("machine", "firewall", State.UNKNOWN, "the kernel could not be asked")
    if "inet selfhost" in seen.tables and "policy drop" in (seen.rules or ""):
        return Line("machine", "firewall", State.OK, "in force")
    return Line("machine", "firewall", State.BAD, "not in force")


def machine(facts: Facts, expected: Expected) -> Iterator[Line]:
    """Memory, disks, clock, kernel, restart."""
    area, seen = "machine", facts.machine
    if seen is None:
        yield Line(area, "machine", State.UNKNOWN, "it says nothing about itself")
        return
    if seen.memory.total is None or seen.memory.available is None:
        yield Line(area, "memory", State.UNKNOWN, "not known")
    else:
        needed = sizing.memory_needed(expected.groups, expected.minimum_memory)
        little = seen.memory.total < needed or seen.memory.available < seen.memory.total // 20
        text = f"{seen.memory.available} of {seen.memory.total} MiB free"
        yield Line(area, "memory", State.WARNING if little else State.OK, text)
    for disk in {disk.total: disk for disk in reversed(seen.disks)}.values():
        free = disk.free if disk.free is not None else 0
        state = State.OK if free >= DISK_LITTLE else State.WARNING
        state = State.BAD if free < DISK_NONE or disk.nodes_free == 0 else state
        yield Line(area, f"disk {disk.path}", state, f"{free} of {disk.total} MiB free")
    wanted = sizing.KERNEL["net.core.rmem_max"]
    if expected.plays("jitsi_videobridge") and seen.receive_buffer is not None:
        enough = seen.receive_buffer >= wanted
        text = f"net.core.rmem_max is {seen.receive_buffer}"
        if not enough:
            where = "; a container's host must raise it" if seen.container else ""
            text += f", advised {wanted}{where}"
        yield Line(area, "buffers", State.OK if enough else State.WARNING, text)
    if seen.clock_synchronised is False and not seen.container:
        yield Line(area, "clock", State.WARNING, "not kept right by a time service")
    if seen.reboot:
        yield Line(area, "restart", State.WARNING, f"pending: {seen.reboot}")


def last_audit(audit: LastAudit | None, now: float) -> Line:
    """When the site was last audited, and with what verdict."""
    if audit is None:
        return Line("audit", "last", State.WARNING, "no audit is kept: run selfhost audit")
    text = f"policy {audit.policy}, evidence {audit.evidence}, {ago(now - audit.when)} ago"
    good = (audit.policy, audit.evidence) == ("pass", "complete")
    return Line("audit", "last", State.OK if good else State.WARNING, text)


def watch(facts: Facts, expected: Expected) -> Iterator[Line]:
    """Does the server's own watch look, where the settings want one?"""
    if not expected.watch:
        return
    unit = facts.units.get("selfhost-watch") if facts.units is not None else None
    if unit is None:
        state = State.UNKNOWN if facts.units is None else State.BAD
        yield Line("audit", "watch", state, "is not installed" if facts.units is not None else "?")
    elif unit.active == "failed" or unit.result not in (None, "", "success"):
        text = f"could not look, or not tell ({unit.result}): journalctl -u selfhost-watch"
        yield Line("audit", "watch", State.BAD, text)
    elif not unit.since:
        up = facts.machine.uptime if facts.machine is not None else None
        state = State.WARNING if (up or 0) > WATCH_LATE else State.OK
        yield Line("audit", "watch", state, "has not looked since the machine started")
    elif unit.active != "inactive":
        yield Line("audit", "watch", State.OK, "looks now")
    else:
        late = facts.now - unit.since > WATCH_LATE
        text = f"looked {ago(facts.now - unit.since)} ago" + (", and is to daily" if late else "")
        yield Line("audit", "watch", State.BAD if late else State.OK, text)


def ago(seconds: float) -> str:
    """A time span in its largest unit."""
    for size, word in ((DAY, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {word}{'s' if count > 1 else ''}"
    return f"{max(0, int(seconds))} s"
