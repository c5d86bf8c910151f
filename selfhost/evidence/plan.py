"""The plan: every place the audit looks at, read from ``catalog/evidence.yml``."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Literal, cast

import yaml

DEFAULT_MAX_BYTES = 2 * 1024 * 1024
DEFAULT_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Step:
    """One source of evidence and how it is got. Sizes in bytes, times in seconds.

    ``container``: further places in a container of docker-jitsi-meet (``targets/inside.py``).
    ``only`` is ``files`` for what is read from given folders but not from a running server, and
    ``outside`` for what is seen of a server by its address alone, and ``active`` for what is tried
    on a server on request.
    """

    name: str
    why: str
    component: str
    kind: Literal["files", "command", "probe", "listing"]
    places: tuple[str, ...]
    loose: tuple[str, ...] = ()
    container: tuple[str, ...] = ()
    only: Literal["", "files", "outside", "active"] = ""
    max_bytes: int = DEFAULT_MAX_BYTES
    timeout: float = DEFAULT_TIMEOUT

    def as_json(self) -> dict[str, object]:
        """The step as the collector reads it."""
        return asdict(self)


def _step(entry: dict[str, object]) -> Step:
    kinds = [kind for kind in ("files", "command", "probe", "listing") if kind in entry]
    if len(kinds) != 1:
        raise ValueError(f"{entry['name']}: exactly one of files, command, probe, listing")
    places = entry.pop(kinds[0])
    if isinstance(places, str):
        places = [places]
    for name in ("loose", "container"):
        entry[name] = tuple(cast("list[str]", entry.get(name, [])))
    return Step(kind=kinds[0], places=tuple(places), **entry)  # type: ignore[arg-type]


@cache
def full_plan() -> tuple[Step, ...]:
    """Every step, in the order of the catalogue."""
    text = files("selfhost.catalog").joinpath("evidence.yml").read_text("utf-8")
    # The C loader is seven times as fast and reads the same YAML.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return tuple(_step(entry) for entry in yaml.load(text, Loader=loader))  # noqa: S506


def server_plan() -> tuple[Step, ...]:
    """The steps for a running server."""
    return tuple(step for step in full_plan() if not step.only)


def active_plan() -> tuple[Step, ...]:
    """The steps that act on a running server, which it is asked for on request only."""
    return tuple(step for step in full_plan() if step.only == "active")


@cache
def step(name: str) -> Step:
    """The step of that name. Raises ``KeyError``."""
    for candidate in full_plan():
        if candidate.name == name:
            return candidate
    raise KeyError(name)


def recognise(path: str, plan: Sequence[Step] | None = None) -> Step | None:
    """The step to which a single file belongs by its name, the most exact name first."""
    name = PurePosixPath(path).name.lower()
    matches = [
        (pattern, candidate)
        for candidate in plan or full_plan()
        for pattern in candidate.loose
        if fnmatch(name, pattern)
    ]
    if not matches:
        return None
    return max(matches, key=lambda match: (match[0] == name, len(match[0].replace("*", ""))))[1]
