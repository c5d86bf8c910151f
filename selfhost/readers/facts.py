"""What the collector's commands and probes say: packages, units, processes, sockets and more.

Every reader takes a ``Source`` and returns the items in the document's order, and the lines that
it did not understand as ``Problem``. Probes and listings are JSON lines, one item each; fields
that are missing have their empty value. Nothing here trusts the server: lines and counts are
bounded, values are of their declared type. (nftables has a reader of its own.)
"""

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from selfhost.readers.lines import physical_lines
from selfhost.readers.tree import Origin, Problem, Source

MAX_PROBLEMS = 1000
MAX_ITEMS = 100_000
MAX_LINE = 1024 * 1024
_NOWHERE = Origin("")
T = TypeVar("T")
Read = tuple[tuple[T, ...], tuple[Problem, ...]]


@dataclass(frozen=True, slots=True)
class Package:
    """A line of ``dpkg-query``. ``status`` is dpkg's abbreviation, such as ``ii`` or ``rc``."""

    name: str
    version: str
    status: str
    architecture: str = ""
    origin: Origin = _NOWHERE

    @property
    def installed(self) -> bool:
        """Whether its files are there, configured or not."""
        return self.status[1:2] in ("i", "U", "F", "H", "W", "t")


@dataclass(frozen=True, slots=True)
class Unit:
    """A loaded unit (``load``, ``active``, ``sub``) or a unit file (``enabled``)."""

    name: str
    load: str = ""
    active: str = ""
    sub: str = ""
    enabled: str = ""
    origin: Origin = _NOWHERE

    @property
    def running(self) -> bool:
        """Whether systemd holds it to be active or on its way there."""
        return self.active in ("active", "activating", "reloading")

    @property
    def starts(self) -> bool:
        """Whether it starts by itself; ``generated`` ones come from init scripts."""
        return self.enabled in ("enabled", "enabled-runtime", "generated")


@dataclass(frozen=True, slots=True)
class Process:
    """A process. ``environment`` maps names to values, ``None`` where only the name was taken;
    it is ``None`` as a whole where it may not be read. ``unit`` is systemd's, ``container`` the
    id of the container that it runs in; both are empty where there is none."""

    pid: int
    command: str = ""
    arguments: tuple[str, ...] = ()
    executable: str = ""
    uid: int = -1
    user: str = ""
    parent: int = 0
    environment: Mapping[str, str | None] | None = None
    unit: str = ""
    container: str = ""
    origin: Origin = _NOWHERE

    @property
    def command_line(self) -> str:
        """The arguments with spaces between, or the command's name where there are none."""
        return " ".join(self.arguments) or self.command


@dataclass(frozen=True, slots=True)
class Socket:
    """A socket of ``/proc/net``. ``protocol`` is tcp, tcp6, udp or udp6; ``state`` is LISTEN,
    ESTABLISHED, UNCONN (a UDP socket that takes from anyone) and so on. ``pid`` is ``None``
    where the owner could not be seen."""

    protocol: str
    local_address: str
    local_port: int
    remote_address: str = ""
    remote_port: int = 0
    state: str = ""
    uid: int = -1
    pid: int | None = None
    command: str = ""
    origin: Origin = _NOWHERE

    @property
    def listening(self) -> bool:
        """Whether it takes connections or datagrams from anyone who reaches it."""
        return self.state in ("LISTEN", "UNCONN")

    @property
    def connected(self) -> bool:
        """Whether it has, or is about to have, a peer."""
        return self.state in ("ESTABLISHED", "SYN_SENT", "SYN_RECV", "CLOSE_WAIT")

    @property
    def loopback(self) -> bool:
        """Whether only this host reaches it."""
        address = _address(self.local_address)
        return address is not None and address.is_loopback


@dataclass(frozen=True, slots=True)
class Container:
    """A container of docker or podman. ``environment`` as in ``Process``; ``mounts`` are places on
    the host; ``log_options`` are names only. ``ports`` are ``ADDRESS:PORT:PORT_INSIDE/PROTOCOL`` as
    the machine opens them; ``network`` and ``processes_of`` are ``host`` or ``container:ID`` where
    it has none of its own. ``looked_into``: its files are among the evidence."""

    engine: str
    name: str
    image: str
    state: str = ""
    id: str = ""
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str | None] | None = None
    mounts: tuple[str, ...] = ()
    log_driver: str = ""
    log_options: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    privileged: bool = False
    network: str = ""
    processes_of: str = ""
    capabilities: tuple[str, ...] = ()
    looked_into: bool = False
    origin: Origin = _NOWHERE

    @property
    def running(self) -> bool:
        """Whether its processes run, or are held."""
        return self.state in ("running", "restarting", "paused")


@dataclass(frozen=True, slots=True)
class Entry:
    """A name in a listing. ``type`` is file, directory, null or other; ``size`` in bytes."""

    path: str
    type: str = ""
    size: int = 0
    origin: Origin = _NOWHERE

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


# -- commands ----------------------------------------------------------------------------------

_STATUS = re.compile(r"[uihrp?][ncHUFWti?][ R]?")
_BULLET = re.compile(r"^\s*(?:[●○×*↻]\s+)?")
_UNIT_NAME = re.compile(r"[\w:.\\@-]{1,255}\.[a-z]+", re.ASCII)


def read_packages(source: Source) -> Read[Package]:
    """``dpkg-query -W -f='${db:Status-Abbrev}\\t${Package}\\t${Version}\\t${Architecture}\\n'``"""

    def package(line: str, origin: Origin) -> Package | None:
        fields = line.split("\t")
        if len(fields) not in (3, 4) or not _STATUS.fullmatch(fields[0]) or not fields[1]:
            return None
        return Package(fields[1], fields[2], fields[0].strip(), "".join(fields[3:]), origin)

    return _each_line(source, package)


def read_units(source: Source) -> Read[Unit]:
    """``systemctl list-units`` or ``list-unit-files``, both with ``--plain --no-legend``."""

    def unit(line: str, origin: Origin) -> Unit | None:
        fields = _BULLET.sub("", line).split(None, 4)
        if len(fields) < 2 or not _UNIT_NAME.fullmatch(fields[0]):
            return None
        if len(fields) < 4:  # UNIT STATE PRESET
            return Unit(fields[0], enabled=fields[1], origin=origin)
        return Unit(fields[0], fields[1], fields[2], fields[3], origin=origin)

    return _each_line(source, unit)


# -- probes and listings -----------------------------------------------------------------------


def read_processes(source: Source) -> Read[Process]:
    """The probe ``processes``."""

    def process(item: dict[str, Any], origin: Origin) -> Process:
        return Process(
            pid=_number(item, "pid"),
            command=_text(item, "command"),
            arguments=_texts(item, "arguments"),
            executable=_text(item, "executable"),
            uid=_number(item, "uid", -1),
            user=_text(item, "user"),
            parent=_number(item, "parent", 0),
            environment=_variables(item),
            unit=_text(item, "unit"),
            container=_text(item, "container"),
            origin=origin,
        )

    return _each_item(source, process)


def read_sockets(source: Source) -> Read[Socket]:
    """The probe ``sockets``. IPv4 addresses inside IPv6 ones are given as IPv4."""

    def socket(item: dict[str, Any], origin: Origin) -> Socket:
        return Socket(
            protocol=_text(item, "protocol"),
            local_address=_plain_address(_text(item, "local_address")),
            local_port=_number(item, "local_port"),
            remote_address=_plain_address(_text(item, "remote_address")),
            remote_port=_number(item, "remote_port", 0),
            state=_text(item, "state"),
            uid=_number(item, "uid", -1),
            pid=None if item.get("pid") is None else _number(item, "pid"),
            command=_text(item, "command"),
            origin=origin,
        )

    return _each_item(source, socket)


def read_containers(source: Source) -> Read[Container]:
    """The probe ``containers``."""

    def container(item: dict[str, Any], origin: Origin) -> Container:
        return Container(
            engine=_text(item, "engine"),
            name=_text(item, "name"),
            image=_text(item, "image"),
            state=_text(item, "state"),
            id=_text(item, "id"),
            arguments=_texts(item, "arguments"),
            environment=_variables(item),
            mounts=_texts(item, "mounts"),
            log_driver=_text(item, "log_driver"),
            log_options=_texts(item, "log_options"),
            ports=_texts(item, "ports"),
            privileged=item.get("privileged") is True,
            network=_text(item, "network"),
            processes_of=_text(item, "processes_of"),
            capabilities=_texts(item, "capabilities"),
            looked_into=item.get("looked_into") is True,
            origin=origin,
        )

    return _each_item(source, container)


def read_listing(source: Source) -> Read[Entry]:
    """A document of a step that lists names."""

    def entry(item: dict[str, Any], origin: Origin) -> Entry:
        return Entry(_text(item, "path"), _text(item, "type"), _number(item, "size", 0), origin)

    return _each_item(source, entry)


# -- lines and fields --------------------------------------------------------------------------


def _each_line(source: Source, read: Callable[[str, Origin], T | None]) -> Read[T]:
    items: list[T] = []
    problems: list[Problem] = []
    for number, line in enumerate(physical_lines(source.text), start=1):
        if not line.strip():
            continue
        origin = Origin(source.path, number)
        if len(items) + len(problems) >= MAX_ITEMS:
            problems.append(Problem(origin, f"more than {MAX_ITEMS} lines", fatal=True))
            break
        item = read(line, origin) if len(line) <= MAX_LINE else None
        if item is None:
            problems.append(Problem(origin, "the line was not understood"))
            if len(problems) >= MAX_PROBLEMS:
                problems.append(Problem(origin, "and so on: not read any further", fatal=True))
                break
        else:
            items.append(item)
    return tuple(items), tuple(problems)


def _each_item(source: Source, read: Callable[[dict[str, Any], Origin], T]) -> Read[T]:
    def item(line: str, origin: Origin) -> T | None:
        try:
            decoded = json.loads(line)
            return read(decoded, origin) if isinstance(decoded, dict) else None
        except (ValueError, TypeError, RecursionError):
            return None

    return _each_line(source, item)


def _plain(value: object) -> str:
    """A text as it can be printed: without halves of characters. Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError
    return value.encode("utf-8", "replace").decode("utf-8")


def _text(item: Mapping[str, Any], name: str) -> str:
    return _plain(item.get(name, ""))


def _number(item: Mapping[str, Any], name: str, default: int | None = None) -> int:
    value = item.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value


def _texts(item: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = item.get(name, [])
    if not isinstance(values, list):
        raise TypeError
    return tuple(_plain(value) for value in values)


def _variables(item: Mapping[str, Any]) -> Mapping[str, str | None] | None:
    values = item.get("environment")
    if values is None:
        return None
    if not isinstance(values, dict):
        raise TypeError
    return {_plain(k): None if v is None else _plain(v) for k, v in values.items()}


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _plain_address(text: str) -> str:
    """The address in its usual spelling; what is none stays as it is."""
    address = _address(text)
    return text if address is None else str(address)
