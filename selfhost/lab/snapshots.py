"""A server's file system, kept as an image, and the way back to it."""

import re

from selfhost.errors import LabError
from selfhost.lab import image, owned, packages, runtime, server, state
from selfhost.lab.runtime import Runtime, label_change
from selfhost.lab.state import LabServer, Progress

#: Fails while a package manager is at work: the snapshot would be of a half-configured system.
_IDLE = """import fcntl
for name in ("lock-frontend", "lock"):
    with open("/var/lib/dpkg/" + name, "w") as stream:
        fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
"""


def _repository(name: str) -> str:
    return f"localhost/{state.own_name()}/{name}"


def _tags(engine: Runtime, name: str) -> dict[str, list[tuple[int, str]]]:
    """Label -> (serial, image) of a server's snapshots, the latest last."""
    form = re.compile(re.escape(_repository(name)) + r":([a-z0-9-]+)\.(\d+)")
    found: dict[str, list[tuple[int, str]]] = {}
    for full in owned.images(engine):
        match = form.fullmatch(full)
        if match:
            found.setdefault(match[1], []).append((int(match[2]), full))
    return {label: sorted(serials) for label, serials in sorted(found.items())}


def snapshots(name: str) -> tuple[str, ...]:
    """The labels of a server's snapshots."""
    state.get(name)
    return tuple(_tags(runtime.known(), name))


def snapshot(name: str, label: str, *, progress: Progress = state.quiet) -> None:
    """Keep a server's file system as it is now, over an earlier snapshot of that label.

    The server is paused meanwhile, not stopped; what it keeps in /run and /tmp is not part of it.
    """
    state.checked_name(label, "snapshot")
    with state.locked(progress):
        machine = state.get(name)
        engine = server.engine_of(machine)
        earlier = _tags(engine, name).get(label, [])
        serial = earlier[-1][0] + 1 if earlier else 1
        if server.run(name, ["python3", "-c", _IDLE]).returncode:
            raise LabError(
                f"Packages are being installed on {name}.", hint="Take the snapshot afterwards."
            )
        target = f"{_repository(name)}:{label}.{serial}"
        engine.call("commit", "--pause=true", *label_change(), machine.container, target)
        # The one that the server was made from stays while it is needed.
        owned.remove_images(engine, [full for _, full in earlier])


def reset(name: str, label: str = "", *, progress: Progress = state.quiet) -> LabServer:
    """Start a server anew from a snapshot, or from the bare image without one.

    Name, address, key and published ports stay (a port that was taken meanwhile changes); host
    keys and machine id are the snapshot's. Raises ``LabError`` when there is no such snapshot.
    """
    with state.locked(progress):
        machine = state.get(name)
        engine = runtime.known()
        if label:
            tags = _tags(engine, name)
            if state.checked_name(label, "snapshot") not in tags:
                there = f"There is: {', '.join(tags)}." if tags else "There is none."
                raise LabError(f"The server {name} has no snapshot {label!r}.", hint=there)
            base = tags[label][-1][1]
        else:
            base = image.ensure(engine, machine.release, progress)
        if machine.repository_url:
            packages.serve(
                engine, lambda: image.ensure(engine, machine.release, progress), progress
            )
        progress(f"resetting {name} to {label or 'the bare server'}")
        return server.start(engine, machine, base, dict(machine.ports or {}), progress)


def forget(engine: Runtime, name: str) -> None:
    """Remove a server's snapshots."""
    tags = _tags(engine, name).values()
    owned.remove_images(engine, [full for serials in tags for _, full in serials])
