"""Checks of what is installed, what runs and what listens on a host."""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase

from selfhost.catalog.programs import Kind, Program, of_kind
from selfhost.controls.model import Check, Cited, Verdict, fail, passed, unknown
from selfhost.controls.text_predicates import looked_at
from selfhost.effective.server import Server

#: The evidence by which a program is found.
PROGRAM_NEEDS = (
    "host.packages",
    "host.units",
    "host.unit_files",
    "host.processes",
    "host.containers",
    "host.sockets",
)
#: Programs whose ports people move about; theirs is no trace of another program.
KNOWN_LISTENERS = ("sshd", "nginx", "turnserver")


def no_program(kind: Kind, *also: Program) -> Check:
    """No program of this kind is installed, enabled, running, listening, or in a container."""

    def check(server: Server) -> Iterator[Verdict]:
        for program in (*of_kind(kind), *also):
            yield from found(server, program)
        yield passed("none is installed, enabled, running or in a container", *looked(server))

    return check


def nothing_listed(source: str, told: str, clean: str) -> Check:
    """Nothing lies in the places of a source. ``told`` says of a path (``{}``) what it means."""

    def check(server: Server) -> Iterator[Verdict]:
        for entry in server.listing(source):
            yield fail(told.format(entry.path), Cited(entry.origin))
        yield passed(clean, *looked_at(server, source))

    return check


def looked(server: Server) -> tuple[Cited, ...]:
    """Where programs were looked for."""
    return looked_at(server, *PROGRAM_NEEDS)


def found(server: Server, program: Program) -> Iterator[Verdict]:
    """Each trace of a program, as a failure."""
    for package in server.packages:
        if package.installed and any(fnmatchcase(package.name, p) for p in program.packages):
            yield fail(
                f"{program.name}: the package {package.name} is installed", Cited(package.origin)
            )
    for unit in server.units:
        if (unit.running or unit.starts) and any(fnmatchcase(unit.name, p) for p in program.units):
            yield fail(f"{program.name}: {unit.name} is in use", Cited(unit.origin))
    for process in server.processes:
        line = process.command_line.lower()
        if any(pattern.search(line) for pattern in program.processes):
            shown = process.command_line[:80]
            yield fail(
                f"{program.name}: process {process.pid} runs: {shown}", Cited(process.origin)
            )
    for socket in server.sockets:
        named = socket.command not in KNOWN_LISTENERS
        if socket.listening and socket.local_port in program.ports and named:
            who = socket.command or "something"
            what = f"{program.name}: {who} listens on its port {socket.local_port}"
            unseen = not socket.command and not server.all_owners_seen
            yield (unknown if unseen else fail)(what, Cited(socket.origin))
    for container in server.containers:
        if any(image in f"/{container.image.lower()}" for image in program.images):
            yield fail(
                f"{program.name}: the container {container.name} ({container.image})",
                Cited(container.origin),
            )


# -- lines as the collector writes them, for examples ------------------------------------------


def package_line(name: str, status: str = "ii ") -> str:
    """A line of ``host.packages``."""
    return f"{status}\t{name}\t1.0-1\tall\n"


def process_line(arguments: str, user: str = "root", pid: int = 100, **more: object) -> str:
    """A line of ``host.processes``."""
    words = arguments.split()
    item = {
        "pid": pid, "parent": 1, "uid": 0, "user": user, "command": words[0].rsplit("/", 1)[-1],
        "executable": words[0], "arguments": words, "environment": {},
        "unit": "", "container": "", **more,
    }  # fmt: skip
    return json.dumps(item, sort_keys=True) + "\n"


def socket_line(
    address: str, port: int, command: str, protocol: str = "tcp", state: str = "LISTEN",
    remote: tuple[str, int] = ("0.0.0.0", 0), pid: int | None = 100,
) -> str:  # fmt: skip
    """A line of ``host.sockets``."""
    item = {
        "protocol": protocol, "local_address": address, "local_port": port,
        "remote_address": remote[0], "remote_port": remote[1], "state": state, "uid": 0,
        "pid": pid, "command": command,
    }  # fmt: skip
    return json.dumps(item, sort_keys=True) + "\n"


def container_line(name: str, image: str, state: str = "running", **more: object) -> str:
    """A line of ``host.containers``."""
    item = {
        "engine": "docker", "id": "0", "name": name, "image": image, "state": state,
        "arguments": [], "environment": {}, **more,
    }  # fmt: skip
    return json.dumps(item, sort_keys=True) + "\n"


def listing_line(path: str, kind: str = "file", size: int = 1) -> str:
    """A line of a listing."""
    return json.dumps({"path": path, "size": size, "type": kind}, sort_keys=True) + "\n"
