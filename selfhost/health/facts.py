"""What the probe said, typed. Pure; the server may say anything, and what does not fit is None."""

import dataclasses
import functools
import json
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from selfhost.provision.facts import Listener, read_listeners

FORMAT = 1
MAX_OUTPUT = 2 * 1024 * 1024
_MAX_TEXT = 20_000
_MAX_ITEMS = 500


@dataclass(frozen=True, slots=True)
class Disk:
    """Sizes in MiB."""

    path: str | None = None
    free: int | None = None
    total: int | None = None
    nodes_free: int | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """Sizes in MiB."""

    total: int | None = None
    available: int | None = None
    swap: int | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """The computer. ``reboot`` says why a restart is pending."""

    system: str | None = None
    uptime: int | None = None
    memory: Memory = Memory()
    disks: tuple[Disk, ...] = ()
    receive_buffer: int | None = None
    container: bool | None = None
    clock_synchronised: bool | None = None
    reboot: str | None = None
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """A systemd unit that is there. ``since``: of its present state, ``killed``: when the kernel
    last ended one of its processes for want of memory; seconds since 1970."""

    active: str | None = None
    sub: str | None = None
    result: str | None = None
    enabled: str | None = None
    restarts: int | None = None
    since: float | None = None
    killed: float | None = None


@dataclass(frozen=True, slots=True)
class Process:
    """A process of a service's user. ``heap``: MiB that Java may take, None for no Java."""

    user: str | None = None
    started: float | None = None
    heap: int | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A known error in a log's last part."""

    count: int = 0
    lines_ago: int = 0


@dataclass(frozen=True, slots=True)
class Log:
    """A log's known errors by name; the Lua modules that it misses."""

    errors: Mapping[str, Seen] = field(default_factory=dict)
    modules: tuple[str, ...] = ()
    written: float | None = None


@dataclass(frozen=True, slots=True)
class Focus:
    """What jicofo says. ``account``: right, wrong or missing."""

    answers: bool | None = None
    account: str | None = None
    bridges: int | None = None
    operational: int | None = None
    domain: str | None = None


@dataclass(frozen=True, slots=True)
class Bridge:
    """What the bridge says, and its settings. ``mappings``: (local, public) addresses."""

    answers: bool | None = None
    healthy: bool | None = None
    complaint: str | None = None
    account: str | None = None
    mappings: tuple[tuple[str, ...], ...] = ()
    domain: str | None = None
    legacy: bool | None = None


@dataclass(frozen=True, slots=True)
class Xmpp:
    """What Prosody answers to browsers, and whether its certificate is trusted here."""

    answers: bool | None = None
    status: int | None = None
    trusted: bool | None = None
    java_trust_written: float | None = None
    plugins_written: float | None = None


@dataclass(frozen=True, slots=True)
class Web:
    """How the site answers for ``/config.js``."""

    status: int | None = None
    settings: bool | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """``start`` and ``end`` in seconds since 1970."""

    start: float | None = None
    end: float | None = None
    names: tuple[str, ...] = ()
    fingerprint: str | None = None
    self_signed: bool | None = None


@dataclass(frozen=True, slots=True)
class Package:
    """An installed package."""

    version: str | None = None
    state: str | None = None
    held: bool | None = None


@dataclass(frozen=True, slots=True)
class Packages:
    """``aside``: settings files that an update left beside those in use."""

    installed: Mapping[str, Package] = field(default_factory=dict)
    aside: tuple[str, ...] = ()
    under_way: bool | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """The domains that parts were set up for."""

    web: tuple[str, ...] = ()
    site: tuple[str, ...] = ()
    xmpp: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the packet filter, and its rules as nft shows them."""

    name: str | None = None
    rules: str | None = None


@dataclass(frozen=True, slots=True)
class Firewall:
    """``tables`` None: the kernel could not be asked. ``dropping``: others' tables that
    drop what comes in and is not named."""

    tables: tuple[str, ...] | None = None
    rules: str | None = None
    dropping: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Sockets:
    """``ss``'s text, and lines of the users that own the sockets."""

    sockets: str | None = None
    users: str | None = None

    def listeners(self) -> tuple[Listener, ...] | None:
        """Typed; None when ``ss`` did not answer."""
        if self.sockets is None:
            return None
        users = (self.users or "").splitlines()
        return read_listeners([*self.sockets.splitlines()[:_MAX_ITEMS], "end"], [], users)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the probe found; a section that failed is None."""

    now: float
    root: bool | None = None
    machine: Machine | None = None
    units: Mapping[str, Unit] | None = None
    processes: tuple[Process, ...] | None = None
    listeners: Sockets | None = None
    logs: Mapping[str, Log] | None = None
    complaints: Mapping[str, str] | None = None
    focus: Focus | None = None
    bridge: Bridge | None = None
    xmpp: Xmpp | None = None
    web: Web | None = None
    certificates: Mapping[str, Certificate] | None = None
    packages: Packages | None = None
    names: Names | None = None
    firewall: Firewall | None = None


def parse_facts(output: bytes) -> Facts | None:
    """Facts from the probe's output; None when it is not the probe's, or cut off."""
    try:
        raw = json.loads(output[:MAX_OUTPUT])
    except (ValueError, RecursionError):
        return None
    if not isinstance(raw, dict) or raw.get("selfhost-probe") != FORMAT:
        return None
    now = raw.get("now")
    if isinstance(now, bool) or not isinstance(now, int | float) or not 0 < now < 1e11:
        return None
    return _record(Facts, raw)


class _Unfit(Exception):  # noqa: N818 - internal signal
    pass


T = TypeVar("T")


@functools.lru_cache(maxsize=64)
def _hints(cls: Any) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _record(cls: type[T], raw: Any) -> T:
    if not isinstance(raw, dict):
        raise _Unfit
    values = {}
    hints = _hints(typing.cast("Any", cls))
    for entry in dataclasses.fields(typing.cast("Any", cls)):
        try:
            values[entry.name] = _fit(hints[entry.name], raw.get(entry.name))
        except _Unfit:
            continue
    return cls(**values)


def _fit(hint: Any, raw: Any) -> Any:
    """``raw`` as the type says; raises _Unfit when it is something else."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is types.UnionType:
        if raw is None:
            return None
        return _fit(arguments[0], raw)
    if origin is tuple and isinstance(raw, list) and len(raw) <= _MAX_ITEMS:
        return tuple(_fit(arguments[0], item) for item in raw)
    if origin is Mapping and isinstance(raw, dict) and len(raw) <= _MAX_ITEMS:
        known = {key: value for key, value in raw.items() if value is not None}
        return {str(key)[:200]: _fit(arguments[1], value) for key, value in known.items()}
    if dataclasses.is_dataclass(hint):
        return _record(typing.cast("type[Any]", hint), raw)
    if hint is float and isinstance(raw, int | float) and not isinstance(raw, bool):
        return _finite(float(raw))
    if hint is int and isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < 2**53:
        return raw
    if hint in (bool, str) and isinstance(raw, hint):
        return raw[:_MAX_TEXT] if isinstance(raw, str) else raw
    raise _Unfit


def _finite(number: float) -> float:
    if not abs(number) < 1e15:
        raise _Unfit
    return number
