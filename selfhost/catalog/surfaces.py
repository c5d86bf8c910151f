"""The surfaces of ``surfaces/``: how a Jitsi deployment can record, listen, leak or keep.

A file holds components; a component has ``surfaces``, each ``id: [category, severity, title]``, and
``reasons``, each ``id: why no control of this audit can judge it``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from selfhost.catalog.components import load

#: The files of ``surfaces/``, in the order in which they are shown.
FILES = ("web", "server", "docker", "host", "recorders", "ai", "companions")


@dataclass(frozen=True, slots=True)
class Surface:
    """One way in. ``reason``: why no control can judge it; empty where one does or should."""

    id: str
    component: str
    category: str
    severity: str
    title: str
    reason: str = ""


@cache
def surfaces() -> Mapping[str, Surface]:
    """Every surface by its id. Raises ``ValueError`` for an id that is there twice, or a reason
    for a surface that is not there."""
    found: dict[str, Surface] = {}
    for name in FILES:
        components = load(f"surfaces/{name}.yml")
        assert isinstance(components, dict)  # noqa: S101 - our own file, covered by a test
        for component, entry in components.items():
            reasons = dict(entry["reasons"])
            for key, (category, severity, title) in entry["surfaces"].items():
                if key in found:
                    raise ValueError(f"the surface {key} is there twice")
                reason = str(reasons.pop(key, "")).strip()
                found[key] = Surface(key, component, category, severity, title, reason)
            if reasons:
                raise ValueError(f"{component}: reasons for no surface: {', '.join(reasons)}")
    return found
