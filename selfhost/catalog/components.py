"""The components of ``components.yml``."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True, slots=True)
class Component:
    """How to tell that a program is on a host. Patterns as in ``components.yml``."""

    name: str
    packages: tuple[str, ...] = ()
    processes: tuple[str, ...] = ()
    images: tuple[str, ...] = ()


def load(name: str) -> object:
    """A YAML file of the catalogue as plain data."""
    text = files("selfhost.catalog").joinpath(name).read_text("utf-8")
    # The C loader is seven times as fast and reads the same YAML.
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


@cache
def components() -> dict[str, Component]:
    """Every component by its name."""
    entries = load("components.yml")
    assert isinstance(entries, list)  # noqa: S101 - our own file, covered by a test
    return {
        entry["name"]: Component(
            name=entry["name"],
            packages=tuple(entry["packages"]),
            processes=tuple(entry.get("processes", ())),
            images=tuple(entry.get("images", ())),
        )
        for entry in entries
    }
