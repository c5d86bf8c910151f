"""What the probe printed, as facts. Pure; the server may print anything."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

MAX_OUTPUT = 1024 * 1024
_MAX_LINES = 2000
_SECTION = re.compile(r"== ([a-z]+)")
_PROCESS = re.compile(r'"([^"]{1,64})",pid=(\d{1,10})')
_UID = re.compile(r"\buid:(\d{1,10})\b")
_UNIT = re.compile(r"/([A-Za-z0-9@_.:\\-]{1,100}\.service)")


@dataclass(frozen=True, slots=True)
class Listener:
    """A socket that waits for traffic. ``program``, ``unit`` and ``user`` are '' when not known:
    in a container, root may not see the processes of others, but it sees whose sockets they are.
    """

    protocol: str  # "tcp" or "udp"
    address: str
    port: int
    program: str
    unit: str
    user: str = ""


@dataclass(frozen=True, slots=True)
class Package:
    """An installed package, and whether apt is told to leave it as it is."""

    name: str
    version: str
    held: bool


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What the server says about itself; None where it said nothing that can be understood."""

    complete: bool  # the probe ran to its end
    privilege: str | None  # root, sudo, denied, no-sudo
    distribution: str | None  # ID of os-release
    version: str | None
    pretty_name: str
    architecture: str | None
    memory_kib: int | None
    disk_free_kib: int | None  # the lesser of / and /var
    receive_buffer: int | None  # net.core.rmem_max, in bytes
    receive_buffer_fixed: bool  # it cannot be changed from inside
    clock: int | None  # seconds since 1970
    init: str | None
    systemd_state: str | None
    python: tuple[int, int] | None
    addresses: tuple[str, ...] | None
    listeners: tuple[Listener, ...] | None
    packages: tuple[str, ...]  # those asked for that are installed
    dpkg_broken: bool
    offered: Mapping[str, str] | None  # what apt would install: package -> version
    jitsi: tuple[Package, ...]  # Jitsi's own packages that are installed
    upgrade: str | None  # how the last upgrade stands: pending, kept, back, rolled back
    release: str | None  # the release of selfhost that was last applied


def parse_probe(output: bytes) -> ServerFacts:
    """Facts from the probe's output. Never raises, whatever the output is."""
    sections = _sections(output[:MAX_OUTPUT].decode("utf-8", "replace"))

    def first(name: str) -> str | None:
        lines = [line for line in sections.get(name, ()) if line.strip()]
        return lines[0].strip()[:200] if lines else None

    os_release = dict(_assignments(sections.get("os", [])))
    return ServerFacts(
        complete="end" in sections,
        privilege=first("privilege"),
        distribution=os_release.get("ID"),
        version=os_release.get("VERSION_ID"),
        pretty_name=os_release.get("PRETTY_NAME", "an unknown system"),
        architecture=first("architecture"),
        memory_kib=_memory(sections.get("memory", [])),
        disk_free_kib=_disk(sections.get("disk", [])),
        receive_buffer=_number(first("buffers")),
        receive_buffer_fixed="fixed" in sections.get("buffers", ()),
        clock=_number(first("clock")),
        init=first("init"),
        systemd_state=first("systemd"),
        python=_version(first("python")),
        addresses=_addresses(sections.get("addresses")),
        listeners=read_listeners(
            sections.get("listeners", []), sections.get("units", []), sections.get("users", [])
        ),
        packages=tuple(
            fields[-1]
            for line in sections.get("packages", [])
            if len(fields := line.split()) == 2 and fields[0].startswith("ii")
        ),
        dpkg_broken=first("dpkg") is not None,
        offered=_offered(sections.get("offered")),
        jitsi=tuple(_jitsi(sections.get("jitsi", []))),
        upgrade=_phase(sections.get("upgrade", [])),
        release=first("release"),
    )


def _sections(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for raw in text.split("\n"):
        line = "".join(c if c.isprintable() or c == "\t" else "?" for c in raw[:4000])
        if match := _SECTION.fullmatch(line):
            current = found.setdefault(match[1], [])
        elif len(current) < _MAX_LINES:
            current.append(line)
    return found


def _assignments(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, equals, value = line.partition("=")
        if equals:
            yield name, value.strip().strip("\"'")[:100]


def _offered(lines: list[str] | None) -> dict[str, str] | None:
    """The output of ``apt-cache policy``; a package without a candidate is left out."""
    if lines is None:
        return None
    found, name = {}, ""
    for line in lines:
        if re.fullmatch(r"[a-z0-9][a-z0-9.+-]{0,100}:", line):
            name = line[:-1]
        elif (match := re.fullmatch(r"  Candidate: ([0-9][A-Za-z0-9.+~:-]{0,100})", line)) and name:
            found[name] = match[1]
    return found


def _jitsi(lines: list[str]) -> Iterator[Package]:
    for line in lines:
        fields = line.split()
        if len(fields) == 4 and fields[1] == "installed":
            yield Package(fields[2][:100], fields[3][:100], fields[0] == "hold")


def _phase(lines: list[str]) -> str | None:
    match = re.search(r'"phase": "([a-z ]{1,20})"', "\n".join(lines))
    return match[1] if match else None


def _number(text: str | None) -> int | None:
    if text is None or len(text) > 18 or not (text.isascii() and text.isdigit()):
        return None
    return int(text)


def _version(text: str | None) -> tuple[int, int] | None:
    match = re.fullmatch(r"(\d{1,3})\.(\d{1,3})", text or "", re.ASCII)
    return (int(match[1]), int(match[2])) if match else None


def _memory(lines: list[str]) -> int | None:
    for line in lines:
        fields = line.split()
        if len(fields) >= 2 and fields[0] == "MemTotal:":
            return _number(fields[1])
    return None


def _disk(lines: list[str]) -> int | None:
    free = [_number(f[3]) for line in lines if len(f := line.split()) >= 6]
    known = [number for number in free if number is not None]
    return min(known) if known else None


def _addresses(lines: list[str] | None) -> tuple[str, ...] | None:
    found = []
    for line in lines or []:
        fields = line.split()
        if len(fields) >= 4 and fields[2] in ("inet", "inet6"):
            try:
                found.append(str(ipaddress.ip_interface(fields[3]).ip))
            except ValueError:
                continue
    return tuple(found) or None


def _units(lines: list[str]) -> dict[str, str]:
    found = {}
    for line in lines:
        pid, _, cgroups = line.partition(" ")
        if units := _UNIT.findall(cgroups):
            found[pid.removeprefix("pid=")] = units[-1]
    return found


def _users(lines: list[str]) -> dict[str, str]:
    fields = [line.split(":") for line in lines]
    return {parts[2]: parts[0] for parts in fields if len(parts) >= 3}


def read_listeners(
    lines: list[str], unit_lines: list[str], user_lines: list[str]
) -> tuple[Listener, ...] | None:
    """The output of ``ss -Htulnpe``; None unless the marker ``end`` says that it is whole.

    ``unit_lines``: ``pid=N`` and its cgroups; ``user_lines``: as in ``/etc/passwd``.
    """
    if "end" not in lines:
        return None
    units, users = _units(unit_lines), _users(user_lines)
    found = []
    for line in lines:
        fields = line.split(None, 6)
        if len(fields) < 6 or fields[0] not in ("tcp", "udp"):
            continue
        address, _, port = fields[4].rpartition(":")
        number = _number(port)
        if number is None or number > 65535:
            continue
        details = fields[6] if len(fields) > 6 else ""
        process, uid = _PROCESS.search(details), _UID.search(details)
        program, pid = (process[1], process[2]) if process else ("", "")
        address = address.partition("%")[0].strip("[]")
        user = users.get(uid[1], "") if uid else ""
        found.append(Listener(fields[0], address, number, program, units.get(pid, ""), user))
    return tuple(found)
