"""What the lab made, found again: by its label with its id, and by a name that holds the id.

Both, because a label is inherited: a container that somebody makes from one of the lab's images
bears the lab's label, and is not the lab's.
"""

from collections.abc import Iterable

from selfhost.lab import state
from selfhost.lab.runtime import Runtime


def _mine() -> str:
    return f"label={state.LABEL}={state.lab_id()}"


def containers(runtime: Runtime) -> dict[str, str]:
    """Name -> id, the stopped ones too."""
    form = "{{.Names}}\t{{.ID}}"
    lines = runtime.lines("ps", "-a", "--no-trunc", "--filter", _mine(), "--format", form)
    pairs = (line.split("\t") for line in lines)
    return {name: key for name, key in pairs if name.startswith(state.own_name())}


def images(runtime: Runtime) -> list[str]:
    """Full names with tag."""
    form = "{{.Repository}}:{{.Tag}}"
    names = runtime.lines("images", "--filter", _mine(), "--format", form)
    own = state.own_name()
    return [name for name in names if name.removeprefix("localhost/").startswith(own)]


def networks(runtime: Runtime) -> list[str]:
    """Names."""
    names = runtime.lines("network", "ls", "--filter", _mine(), "--format", "{{.Name}}")
    return [name for name in names if name.startswith(state.own_name())]


def remove_container(runtime: Runtime, name: str) -> None:
    """Kill and remove a container of the lab's, with its unnamed volumes; none is no error."""
    key = containers(runtime).get(name)
    if key is not None:
        now = ["-t", "0"] if runtime.engine == "podman" else []
        runtime.call("rm", "-f", "-v", *now, key)


def remove_images(runtime: Runtime, names: Iterable[str]) -> list[str]:
    """Remove images of the lab's; those that a container or another image needs are left.

    Never by force: podman would remove the containers too, whosever they are.
    """
    kept = list(names)
    while True:  # an image goes after those that were made from it
        left = [n for n in kept if runtime.call("rmi", n, check=False).returncode]
        if left == kept or not left:
            return left
        kept = left
