"""Disk, memory, clock, kernel."""

from collections.abc import Iterator

from selfhost.health.diagnosis import Answer, Found, Look, Rule, Symptom, Unclear
from selfhost.health.facts import Unit
from selfhost.health.status import DISK_NONE
from selfhost.provision import sizing
from selfhost.provision.machine import CLOCK_ALLOWED_S

_STARTED_AGAIN = 30  # seconds in which systemd does so by itself
_HEAPS_MOST = 0.75  # of the memory; Java needs half as much again beside its heap


def _root(look: Look) -> Iterator[Answer]:
    if not look.facts.root:
        yield Unclear("the login is not root's: let it act as root through sudo (ansible_become)")


def _disk(look: Look) -> Iterator[Answer]:
    if look.facts.machine is None:
        yield Unclear("the machine says nothing about its disks and memory")
        return
    full = [
        f"{disk.path}: {disk.free} MiB of {disk.total} free"
        + (", and no file can be made" if disk.nodes_free == 0 else "")
        for disk in look.facts.machine.disks
        if (disk.free is not None and disk.free < DISK_NONE) or disk.nodes_free == 0
    ]
    if full:
        yield Found(tuple(full))


def _heaps(look: Look) -> Iterator[Answer]:
    total = look.facts.machine.memory.total if look.facts.machine is not None else None
    if total is None or look.facts.processes is None:
        yield Unclear("memory or processes could not be read")
        return
    heaps = {p.user: p.heap for p in look.facts.processes if p.heap}
    if sum(heaps.values()) > total * _HEAPS_MOST:
        seen = ", ".join(
            f"{user} may take {heap} MiB" for user, heap in sorted(heaps.items(), key=str)
        )
        advised = sizing.heaps(total, look.expected.groups)
        yield Found(
            (f"{seen}; the server has {total} MiB",),
            fix="leave videobridge_max_memory and jicofo_max_memory empty (bridge "
            f"{advised.bridge} MiB, focus {advised.focus} MiB), then: selfhost apply "
            "--tags preflight,videobridge,jicofo",
        )


def _little(look: Look) -> Iterator[Answer]:
    total = look.facts.machine.memory.total if look.facts.machine is not None else None
    needed = sizing.memory_needed(look.expected.groups, look.expected.minimum_memory)
    if total is not None and total < needed:
        yield Found((f"{total} MiB of memory; what the host does needs {needed} MiB",))


def _ended_for_memory(unit: Unit) -> bool:
    """Also where systemd has started it again since; not where somebody has, later."""
    if unit.result == "oom-kill" or unit.killed is None or unit.since is None:
        return unit.result == "oom-kill"
    return unit.killed > unit.since - _STARTED_AGAIN


def _killed(look: Look) -> Iterator[Answer]:
    units = [n for n, u in (look.facts.units or {}).items() if _ended_for_memory(u)]
    logs = [name for name, log in (look.facts.logs or {}).items() if "memory" in log.errors]
    evidence = [f"systemd: {name} was ended for want of memory" for name in units]
    evidence += [f"the log of {name} tells of memory that ran out" for name in logs]
    if evidence:
        yield Found(tuple(evidence))


def _clock(look: Look) -> Iterator[Answer]:
    if look.clock_offset is None:
        yield Unclear("the server's clock was not compared")
    elif abs(look.clock_offset) > CLOCK_ALLOWED_S:
        way = "ahead of" if look.clock_offset > 0 else "behind"
        yield Found((f"the server is {abs(look.clock_offset):.0f} s {way} this machine",))


def _buffers(look: Look) -> Iterator[Answer]:
    machine = look.facts.machine
    if machine is None or not look.expected.plays("jitsi_videobridge") or machine.container:
        return
    wanted = sizing.KERNEL["net.core.rmem_max"]
    if machine.receive_buffer is not None and machine.receive_buffer < wanted:
        yield Found(
            (f"net.core.rmem_max is {machine.receive_buffer}, the bridge asks for {wanted}",)
        )


RULES = (
    Rule(
        "not-root",
        "The look was taken without root's rights.",
        "log in as root, or set ansible_become: true",
        tuple(Symptom),
        _root,
    ),
    Rule(
        "disk-full",
        "The disk is full: services cannot write, and end or refuse logins.",
        "find what fills it (du -xh / | sort -h | tail), free space (apt-get clean; journalctl "
        "--vacuum-size=100M), then: systemctl restart prosody jicofo jitsi-videobridge2",
        (Symptom.ROOM, Symptom.LOGIN, Symptom.UPDATE, Symptom.SLOW),
        _disk,
    ),
    Rule(
        "memory-heaps-too-large",
        "Java may take more memory than the server can give: the kernel will kill a service.",
        "leave videobridge_max_memory and jicofo_max_memory empty, then: selfhost apply "
        "--tags preflight,videobridge,jicofo",
        (Symptom.SLOW, Symptom.THIRD),
        _heaps,
        rows=(7,),
    ),
    Rule(
        "memory-too-little",
        "The server has too little memory for what it does.",
        "use a server with 4 GB, or give the bridge a server of its own",
        (Symptom.SLOW,),
        _little,
        rows=(7,),
    ),
    Rule(
        "killed-for-memory",
        "A service ran out of memory.",
        "more memory, or fewer and smaller meetings; then: systemctl restart jitsi-videobridge2 "
        "jicofo",
        (Symptom.SLOW, Symptom.THIRD),
        _killed,
        rows=(7,),
        explained_by=("memory-heaps-too-large", "memory-too-little"),
    ),
    Rule(
        "receive-buffers",
        "The kernel's receive buffers are smaller than the package sets them: packets of large "
        "meetings are lost.",
        "look which file in /etc/sysctl.d lowers them again, then: sysctl --system",
        (Symptom.SLOW,),
        _buffers,
        rows=(7,),
    ),
    Rule(
        "clock-wrong",
        "The server's clock is wrong: tokens, TURN credentials and certificates count as expired.",
        "timedatectl set-ntp true; if it stays wrong: apt-get install systemd-timesyncd",
        (Symptom.LOGIN, Symptom.WARNING, Symptom.FIREWALLED),
        _clock,
    ),
)
