"""Which surfaces of the catalogue the controls judge, and which none can."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from selfhost.catalog.surfaces import Surface
from selfhost.controls.model import Control


@dataclass(frozen=True, slots=True)
class Coverage:
    """``judged``: surface to its controls' ids. ``reasoned``: no control can judge it, and the
    catalogue says why. ``open``: neither."""

    judged: Mapping[Surface, tuple[str, ...]]
    reasoned: tuple[Surface, ...]
    open: tuple[Surface, ...]

    @property
    def total(self) -> int:
        """How many surfaces there are."""
        return len(self.judged) + len(self.reasoned) + len(self.open)

    def components(self) -> Mapping[str, tuple[int, int, int]]:
        """Component to how many of its surfaces are judged, reasoned and open."""
        found: dict[str, list[int]] = {}
        for place, group in enumerate((self.judged, self.reasoned, self.open)):
            for surface in group:
                found.setdefault(surface.component, [0, 0, 0])[place] += 1
        return {name: (counts[0], counts[1], counts[2]) for name, counts in sorted(found.items())}


def coverage(surfaces: Mapping[str, Surface], controls: Iterable[Control]) -> Coverage:
    """Join the catalogue with the controls."""
    judges: dict[str, list[str]] = {}
    for control in controls:
        for key in control.surfaces:
            judges.setdefault(key, []).append(control.id)
    judged = {s: tuple(sorted(judges[s.id])) for s in surfaces.values() if s.id in judges}
    rest = [surface for surface in surfaces.values() if surface.id not in judges]
    return Coverage(
        judged,
        tuple(surface for surface in rest if surface.reason),
        tuple(surface for surface in rest if not surface.reason),
    )
