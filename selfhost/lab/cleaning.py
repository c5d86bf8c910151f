"""Removing the lab: all that it made, and nothing else."""

import contextlib
import shutil

from selfhost.errors import LabError
from selfhost.lab import owned, runtime, state
from selfhost.lab.runtime import ENGINES, Runtime
from selfhost.lab.state import Progress

#: What the lab keeps in its folder. Anything else there is somebody else's.
_OURS = ("servers", "apt", "repository", "images", "tmp", "subnet", "pulled", "runtime.json",
         "id_ed25519", "id_ed25519.pub", "id", "lock")  # fmt: skip


def clean(progress: Progress = state.quiet) -> None:
    """Remove every container, image, network and file of this lab.

    An image that somebody else's container was made from is kept, and told. Raises ``LabError``
    when the engine that holds the servers does not answer.
    """
    with state.locked(progress):
        for engine in _engines():
            _empty(engine, progress)
        folder = state.folder()
        for name in _OURS:
            entry = folder / name
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # something else is in it
            folder.rmdir()
        progress(f"removed the lab in {folder}")


def _engines() -> list[Runtime]:
    """Those that may hold something of this lab."""
    try:
        used = runtime.known().engine
    except LabError:
        used = ""
    found = []
    for name in ENGINES:
        if not shutil.which(name):
            continue
        engine = Runtime(name)
        answer = engine.call("ps", "-q", check=False, timeout=60)
        if answer.returncode == 0:
            found.append(engine)
        elif name == used:
            raise LabError(
                f"{name} holds this lab's servers and does not answer: " + runtime.last_line(answer)
            )
    return found


def _empty(engine: Runtime, progress: Progress) -> None:
    for name in owned.containers(engine):
        progress(f"removing container {name}")
        owned.remove_container(engine, name)
    for name in owned.remove_images(engine, owned.images(engine)):
        progress(f"kept the image {name}: something that the lab did not make uses it")
    pulled = state.folder() / "pulled"
    if pulled.exists():
        owned.remove_images(engine, set(pulled.read_text("utf-8").split()))
    for name in owned.networks(engine):
        if engine.call("network", "rm", name, check=False).returncode:
            progress(f"kept the network {name}: something that the lab did not make uses it")
