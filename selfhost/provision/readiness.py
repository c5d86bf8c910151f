"""Is a server ready to be provisioned? Judged from facts; pure. Each answer says what to do."""

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from selfhost.provision.facts import Listener, ServerFacts

# What ansible-core 2.19 can manage and Jitsi's packages support.
SYSTEMS = {"debian": ("12", "13"), "ubuntu": ("22.04", "24.04")}
ARCHITECTURES = ("amd64", "arm64")
OLDEST_PYTHON = (3, 8)
# A machine sold as "2 GB" reports some 1.9 million KiB: the kernel keeps a part.
MEMORY_NEEDED_KIB, MEMORY_ADVISED_KIB = 1_800_000, 3_600_000
DISK_NEEDED_KIB, DISK_ADVISED_KIB = 4_000_000, 10_000_000
CLOCK_ADVISED_S, CLOCK_ALLOWED_S = 5, 120

# The ports of a server that plays all parts, and the units that may hold them.
PORTS = {
    ("tcp", 80): "nginx",
    ("tcp", 443): "nginx",
    ("tcp", 5222): "prosody",
    ("tcp", 5280): "prosody",
    ("udp", 10000): "jitsi-videobridge2",
    ("tcp", 8080): "jitsi-videobridge2",
    ("tcp", 8888): "jicofo",
    ("udp", 3478): "coturn",
    ("tcp", 3478): "coturn",
    ("tcp", 5349): "coturn",
}
_PROGRAMS = {  # how their processes are called, where no unit is known
    "nginx": ("nginx",),
    "prosody": ("prosody", "lua5.4", "lua5.2", "lua"),
    "jitsi-videobridge2": ("java",),
    "jicofo": ("java",),
    "coturn": ("turnserver",),
}
_OWN = ("nginx", "prosody", "jicofo")
_RECORDERS = ("jibri", "jigasi")
_RESERVED_NAMES = (".test", ".example", ".invalid", ".localhost")
_RESERVED_DOMAINS = ("example.com", "example.net", "example.org")


class Status(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Check:
    """One question about the server, answered."""

    id: str
    status: Status
    message: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """What the name service said about the domain, asked from this machine."""

    addresses: tuple[str, ...] = ()
    failure: str = ""  # why nothing is known; '' when the answer counts, even an empty one


def judge(
    facts: ServerFacts,
    settings: Mapping[str, Any],
    dns: DnsAnswer,
    *,
    clock_offset: float | None,
) -> tuple[Check, ...]:
    """All checks, in the order in which a person would mend them.

    ``clock_offset`` is the server's time less the controller's, in seconds.
    """
    return (
        _privilege(facts),
        _distribution(facts),
        _architecture(facts),
        _systemd(facts),
        _python(facts),
        _packages(facts),
        _memory(facts),
        _disk(facts),
        _clock(clock_offset),
        *_ports(facts),
        _conflicts(facts),
        _address(facts, settings),
        *_dns(settings, dns),
    )


def _ok(name: str, message: str) -> Check:
    return Check(name, Status.OK, message)


def _unknown(name: str, message: str, fix: str) -> Check:
    return Check(name, Status.UNKNOWN, message, fix)


def _privilege(facts: ServerFacts) -> Check:
    name = "privilege"
    match facts.privilege:
        case "root":
            return _ok(name, "logged in as root")
        case "sudo":
            return _ok(name, "may act as root through sudo")
        case "denied":
            return Check(
                name,
                Status.FAILED,
                "sudo asks for a password",
                "log in as root (ansible_user: root), or allow it without a password: "
                "echo 'USER ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/USER",
            )
        case "no-sudo":
            return Check(
                name,
                Status.FAILED,
                "the user is not root and sudo is not installed",
                "log in as root (ansible_user: root), or install and allow sudo",
            )
    return _unknown(name, "the server did not say whom it lets in", "run selfhost check again")


def _distribution(facts: ServerFacts) -> Check:
    name = "distribution"
    if facts.distribution is None:
        return _unknown(
            name,
            "the server has no readable /etc/os-release",
            "use Debian 12 or 13, or Ubuntu 22.04 or 24.04",
        )
    if facts.version in SYSTEMS.get(facts.distribution, ()):
        return _ok(name, facts.pretty_name)
    return Check(
        name,
        Status.FAILED,
        f"{facts.pretty_name} is not supported",
        "install Debian 12 or 13, or Ubuntu 22.04 or 24.04",
    )


def _architecture(facts: ServerFacts) -> Check:
    name = "architecture"
    if facts.architecture is None:
        return _unknown(name, "the processor's architecture is not known", "run it again")
    if facts.architecture in ARCHITECTURES:
        return _ok(name, facts.architecture)
    return Check(
        name,
        Status.FAILED,
        f"{facts.architecture} is not supported: the videobridge's native libraries lack it",
        "use an amd64 or arm64 server",
    )


def _systemd(facts: ServerFacts) -> Check:
    name = "systemd"
    if facts.init != "systemd":
        return Check(
            name,
            Status.FAILED,
            f"process 1 is {facts.init or 'unknown'}, not systemd",
            "use a full system or a container that boots systemd",
        )
    if facts.systemd_state == "degraded":
        return Check(
            name,
            Status.WARNING,
            "systemd runs, but a unit has failed",
            "look at: systemctl --failed",
        )
    if facts.systemd_state in ("starting", "initializing"):
        return Check(name, Status.WARNING, "the server is still booting", "wait a minute")
    return _ok(name, "systemd runs")


def _python(facts: ServerFacts) -> Check:
    name = "python"
    if facts.python is None:
        return Check(name, Status.FAILED, "python3 is missing", "apt-get install python3")
    version = ".".join(map(str, facts.python))
    if facts.python < OLDEST_PYTHON:
        return Check(name, Status.FAILED, f"Python {version} is too old", "apt-get install python3")
    return _ok(name, f"Python {version}")


def _packages(facts: ServerFacts) -> Check:
    if facts.dpkg_broken:
        return Check(
            "packages",
            Status.FAILED,
            "an earlier installation was interrupted: some packages are half installed",
            "dpkg --configure -a && apt-get -f install",
        )
    return _ok("packages", "no package is half installed")


def _memory(facts: ServerFacts) -> Check:
    name = "memory"
    if facts.memory_kib is None:
        return _unknown(name, "the server's memory is not known", "run it again")
    size = f"{facts.memory_kib / 1024 / 1024:.1f} GiB"
    if facts.memory_kib < MEMORY_NEEDED_KIB:
        return Check(
            name,
            Status.FAILED,
            f"{size} of memory is too little: bridge, focus and Prosody need 2 GB",
            "use a server with 2 GB or, better, 4 GB",
        )
    if facts.memory_kib < MEMORY_ADVISED_KIB:
        return Check(
            name,
            Status.WARNING,
            f"{size} of memory is enough for small meetings only",
            "use a server with 4 GB",
        )
    return _ok(name, size)


def _disk(facts: ServerFacts) -> Check:
    name = "disk"
    if facts.disk_free_kib is None:
        return _unknown(name, "the free disk space is not known", "run it again")
    size = f"{facts.disk_free_kib / 1024 / 1024:.1f} GiB free"
    if facts.disk_free_kib < DISK_NEEDED_KIB:
        return Check(name, Status.FAILED, f"{size}: too little", "free at least 4 GB on / and /var")
    if facts.disk_free_kib < DISK_ADVISED_KIB:
        return Check(name, Status.WARNING, f"{size}: updates and logs need some", "free 10 GB")
    return _ok(name, size)


def _clock(offset: float | None) -> Check:
    name = "clock"
    if offset is None:
        return _unknown(name, "the server's clock could not be read", "run it again")
    seconds = abs(offset)
    if seconds <= CLOCK_ADVISED_S:
        return _ok(name, "agrees with this machine's")
    way = "ahead of" if offset > 0 else "behind"
    message = f"the server is {seconds:.0f} seconds {way} this machine"
    fix = "timedatectl set-ntp true (on the one that is wrong)"
    status = Status.FAILED if seconds > CLOCK_ALLOWED_S else Status.WARNING
    return Check(name, status, message, fix)


def _ports(facts: ServerFacts) -> Iterator[Check]:
    name = "ports"
    if facts.listeners is None:
        yield _unknown(
            name,
            "it is not known which ports are taken: ss is missing or not permitted",
            "apt-get install iproute2, and see 'privilege'",
        )
        return
    foreign: dict[str, list[str]] = {}
    nameless = False
    for listener in facts.listeners:
        owner = PORTS.get((listener.protocol, listener.port))
        if owner is None or _belongs(listener, owner):
            continue
        nameless = nameless or not (listener.unit or listener.program)
        who = listener.unit.removesuffix(".service") or listener.program or "another program"
        port = f"{listener.port}/{listener.protocol}"
        if port not in foreign.setdefault(who, []):
            foreign[who].append(port)
    for who, ports in foreign.items():
        yield Check(
            name,
            Status.FAILED,
            f"{who} holds {', '.join(ports)}, which the server needs",
            f"stop and remove {who}, or use a server of its own"
            if who != "another program"
            else "find it with: ss -tulnp (as root)",
        )
    if not foreign:
        yield _ok(name, "all that are needed are free or held by Jitsi Meet's own services")


def _belongs(listener: Listener, owner: str) -> bool:
    if listener.unit:
        return listener.unit.removesuffix(".service") == owner
    return listener.program in _PROGRAMS[owner]


def _conflicts(facts: ServerFacts) -> Check:
    name = "conflicts"
    recorders = [package for package in facts.packages if package in _RECORDERS]
    if recorders:
        return Check(
            name,
            Status.WARNING,
            f"{' and '.join(recorders)} can record or transcribe, which this server shall not",
            f"apt-get purge {' '.join(recorders)}",
        )
    others = [package for package in facts.packages if package not in _OWN]
    if others:
        return Check(
            name,
            Status.WARNING,
            f"another web or XMPP server is installed: {', '.join(others)}",
            f"apt-get purge {' '.join(others)}, if nothing else needs it",
        )
    if facts.packages and "jicofo" not in facts.packages:
        return Check(
            name,
            Status.WARNING,
            f"{' and '.join(facts.packages)} is installed already and may serve something else",
            "use a server of its own, or know that apply will configure it anew",
        )
    return _ok(name, "no other web or XMPP server is installed")


def _address(facts: ServerFacts, settings: Mapping[str, Any]) -> Check:
    name = "address"
    public = str(settings.get("site_public_address") or "")
    private = str(settings.get("site_private_address") or "")
    if facts.addresses is None:
        return _unknown(
            name, "the server's own addresses are not known", "apt-get install iproute2"
        )
    if private:
        if private in facts.addresses:
            return _ok(name, f"{private} is on the server; participants reach it as {public}")
        return Check(
            name,
            Status.FAILED,
            f"site_private_address {private} is on no interface of the server",
            f"set it to one of: {', '.join(facts.addresses)}",
        )
    if public in facts.addresses:
        return _ok(name, f"{public} is on the server")
    own = next((a for a in facts.addresses if ipaddress.ip_address(a).version == 4), "")
    return Check(
        name,
        Status.WARNING,
        f"site_public_address {public} is on no interface of the server: it is behind NAT, "
        "or the address is wrong",
        f"behind NAT, set site_private_address: {own}" if own else "check the address",
    )


def _dns(settings: Mapping[str, Any], dns: DnsAnswer) -> Iterator[Check]:
    name = "dns"
    domain = str(settings.get("site_domain") or "")
    public = str(settings.get("site_public_address") or "")
    public_v6 = str(settings.get("site_public_address_v6") or "")
    reserved = domain.endswith((*_RESERVED_NAMES, *(f".{d}" for d in _RESERVED_DOMAINS)))
    serious = Status.WARNING if reserved else Status.FAILED
    if dns.failure:
        yield _unknown(name, f"{domain} could not be looked up: {dns.failure}", "try again")
        return
    by_version = {
        version: [a for a in dns.addresses if ipaddress.ip_address(a).version == version]
        for version in (4, 6)
    }
    if not dns.addresses:
        note = " (the name is reserved for tests)" if reserved else ""
        yield Check(
            name,
            serious,
            f"{domain} has no address in DNS{note}",
            f"add an A record for {domain}: {public}",
        )
        return
    wrong = [a for a in by_version[4] if a != public]
    if wrong or not by_version[4]:
        seen = ", ".join(wrong) or "no IPv4 address"
        yield Check(
            name,
            serious,
            f"{domain} leads to {seen}, not to {public}",
            f"make its only A record {public}, or mend site_public_address",
        )
    stray = [a for a in by_version[6] if a != public_v6]
    if stray:
        yield Check(
            name,
            Status.WARNING,
            f"{domain} also leads to {', '.join(stray)}, which the settings do not know",
            "set site_public_address_v6, or remove the AAAA record",
        )
    elif not wrong and by_version[4]:
        yield _ok(name, f"{domain} leads to {', '.join(dns.addresses)}")
