"""Checks of the machine itself. Pure."""

from collections.abc import Collection

from selfhost.provision import sizing
from selfhost.provision.checks import Check, Status, ok, unknown
from selfhost.provision.facts import ServerFacts

# What ansible-core 2.19 can manage and Jitsi's packages support.
SYSTEMS = {"debian": ("12", "13"), "ubuntu": ("24.04",)}
_USE = "use Debian 12 or 13, or Ubuntu 24.04"
#: Why a system that one might expect is not among them.
_REASONS = {
    ("debian", "11"): "its Prosody is 0.11, and Jitsi's packages need 0.12",
    ("ubuntu", "22.04"): "its Prosody is 0.11, and Jitsi's packages need 0.12",
}
ARCHITECTURES = ("amd64", "arm64")
OLDEST_PYTHON = (3, 8)
CLOCK_ADVISED_S, CLOCK_ALLOWED_S = 5, 120


def privilege(facts: ServerFacts) -> Check:
    """May the user act as root?"""
    name = "privilege"
    match facts.privilege:
        case "root":
            return ok(name, "logged in as root")
        case "sudo":
            return ok(name, "may act as root through sudo")
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
    return unknown(name, "the server did not say whom it lets in", "run selfhost check again")


def distribution(facts: ServerFacts) -> Check:
    """Is the system one that Jitsi's packages and Ansible support?"""
    name = "distribution"
    if facts.distribution is None:
        return unknown(
            name,
            "the server has no readable /etc/os-release",
            _USE,
        )
    if facts.version in SYSTEMS.get(facts.distribution, ()):
        return ok(name, facts.pretty_name)
    why = _REASONS.get((facts.distribution, facts.version or ""), "")
    return Check(
        name,
        Status.FAILED,
        f"{facts.pretty_name} is not supported" + (f": {why}" if why else ""),
        _USE,
    )


def architecture(facts: ServerFacts) -> Check:
    """Does the processor suit the videobridge's native libraries?"""
    name = "architecture"
    if facts.architecture is None:
        return unknown(name, "the processor's architecture is not known", "run it again")
    if facts.architecture in ARCHITECTURES:
        return ok(name, facts.architecture)
    return Check(
        name,
        Status.FAILED,
        f"{facts.architecture} is not supported: the videobridge's native libraries lack it",
        "use an amd64 or arm64 server",
    )


def systemd(facts: ServerFacts) -> Check:
    """Does systemd run, and well?"""
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
    return ok(name, "systemd runs")


def python(facts: ServerFacts) -> Check:
    """Is there a Python that Ansible can use?"""
    name = "python"
    if facts.python is None:
        return Check(name, Status.FAILED, "python3 is missing", "apt-get install python3")
    version = ".".join(map(str, facts.python))
    if facts.python < OLDEST_PYTHON:
        return Check(name, Status.FAILED, f"Python {version} is too old", "apt-get install python3")
    return ok(name, f"Python {version}")


def packages(facts: ServerFacts) -> Check:
    """Is the package manager in order?"""
    if facts.dpkg_broken:
        return Check(
            "packages",
            Status.FAILED,
            "an earlier installation was interrupted: some packages are half installed",
            "dpkg --configure -a && apt-get -f install",
        )
    return ok("packages", "no package is half installed")


def memory(facts: ServerFacts, groups: Collection[str], minimum: int) -> Check:
    """Is there enough memory (``minimum``: MiB, for a host with all parts)?"""
    name = "memory"
    needed, advised = sizing.memory_needed(groups, minimum), sizing.memory_advised(groups)
    if facts.memory_kib is None:
        return unknown(name, "the server's memory is not known", "run it again")
    size = f"{facts.memory_kib / 1024 / 1024:.1f} GiB"
    if facts.memory_kib // 1024 < needed:
        return Check(
            name,
            Status.FAILED,
            f"{size} of memory is too little: what this host does needs {needed} MiB",
            f"use a server with {advised} MiB or more",
        )
    heaps = sizing.heaps(facts.memory_kib // 1024, groups)
    parts = (("bridge", heaps.bridge), ("focus", heaps.focus))
    given = ", ".join(f"{part} {heap} MiB" for part, heap in parts if heap)
    if facts.memory_kib // 1024 < advised:
        return Check(
            name,
            Status.WARNING,
            f"{size} of memory is enough for small meetings only",
            f"use a server with {advised} MiB or more",
        )
    return ok(name, f"{size}; heaps: {given}" if given else size)


def kernel(facts: ServerFacts, groups: Collection[str]) -> Check:
    """Can the kernel hold what arrives while the bridge is busy?"""
    name = "kernel"
    setting, wanted = next(iter(sizing.KERNEL.items()))
    if "jitsi_videobridge" not in groups:
        return ok(name, "no bridge on this host, so no large receive buffers are needed")
    if facts.receive_buffer is not None and facts.receive_buffer >= wanted:
        return ok(name, f"{setting} is {facts.receive_buffer}")
    if facts.receive_buffer_fixed:
        return Check(
            name,
            Status.WARNING,
            f"{setting} cannot be raised from inside this container: a busy meeting may stutter",
            f"on the container's host: sysctl -w {setting}={wanted}, and in /etc/sysctl.d there",
        )
    return ok(name, f"{setting} will be raised to {wanted}")


def disk(facts: ServerFacts, needed: int) -> Check:
    """Is there enough disk space (``needed`` in MiB)?"""
    name = "disk"
    if facts.disk_free_kib is None:
        return unknown(name, "the free disk space is not known", "run it again")
    size = f"{facts.disk_free_kib / 1024 / 1024:.1f} GiB free"
    if facts.disk_free_kib // 1024 < needed:
        return Check(name, Status.FAILED, f"{size}: too little", f"free {needed} MiB on / and /var")
    if facts.disk_free_kib // 1024 < sizing.DISK_ADVISED:
        return Check(name, Status.WARNING, f"{size}: updates and logs need some", "free 10 GB")
    return ok(name, size)


def clock(offset: float | None) -> Check:
    """Does the server's clock agree with ours (``offset`` in seconds)?"""
    name = "clock"
    if offset is None:
        return unknown(name, "the server's clock could not be read", "run it again")
    seconds = abs(offset)
    if seconds <= CLOCK_ADVISED_S:
        return ok(name, "agrees with this machine's")
    way = "ahead of" if offset > 0 else "behind"
    message = f"the server is {seconds:.0f} seconds {way} this machine"
    fix = "timedatectl set-ntp true (on the one that is wrong)"
    status = Status.FAILED if seconds > CLOCK_ALLOWED_S else Status.WARNING
    return Check(name, status, message, fix)
