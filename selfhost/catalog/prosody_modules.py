"""Prosody's modules and options of ``prosody_modules.yml``: what is known, and what loads what."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from selfhost.catalog.components import load
from selfhost.catalog.server_keys import server_keys


@dataclass(frozen=True, slots=True)
class ProsodyModules:
    """``known``: names of published modules. ``depends``: what a module loads by itself.
    ``vendor``: patterns of unpublished ones. ``options``: known names that look relevant."""

    known: frozenset[str]
    depends: Mapping[str, tuple[str, ...]]
    vendor: tuple[str, ...]
    options: frozenset[str]

    def knows(self, name: str) -> bool:
        """Whether a module of this name is published."""
        return name in self.known

    def of_the_vendor(self, name: str) -> bool:
        """Whether a module belongs to the vendor's own service."""
        return any(fnmatchcase(name, pattern) for pattern in self.vendor)

    def unclassified(self, option: str) -> bool:
        """Whether an option looks as if it mattered and is not known."""
        return option not in self.options and server_keys().looks_relevant(option)


@cache
def prosody_modules() -> ProsodyModules:
    """The catalogue, read once."""
    data = load("prosody_modules.yml")
    assert isinstance(data, dict)  # noqa: S101 - our own file, covered by a test
    groups = ("prosody", "jitsi", "contributed", "community")
    return ProsodyModules(
        known=frozenset(name for group in groups for name in data[group]),
        depends={name: tuple(loaded) for name, loaded in data["depends"].items()},
        vendor=tuple(data["vendor"]),
        options=frozenset(data["options"]),
    )
