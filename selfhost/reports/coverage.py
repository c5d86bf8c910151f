"""How much of the surface catalogue the controls judge, for people and for machines."""

from selfhost.catalog.surfaces import Surface
from selfhost.controls.coverage import Coverage


def as_json(coverage: Coverage) -> dict[str, object]:
    """Every surface with what judges it, or why nothing does."""
    surfaces = [_surface(s, "judged") | {"controls": list(c)} for s, c in coverage.judged.items()]
    surfaces += [_surface(s, "reasoned") | {"reason": s.reason} for s in coverage.reasoned]
    surfaces += [_surface(s, "open") for s in coverage.open]
    return {
        "total": coverage.total,
        "judged": len(coverage.judged),
        "reasoned": len(coverage.reasoned),
        "open": len(coverage.open),
        "components": {
            name: {"judged": judged, "reasoned": reasoned, "open": left}
            for name, (judged, reasoned, left) in coverage.components().items()
        },
        "surfaces": sorted(surfaces, key=lambda item: str(item["id"])),
    }


def _surface(surface: Surface, state: str) -> dict[str, object]:
    return {
        "id": surface.id,
        "component": surface.component,
        "category": surface.category,
        "severity": surface.severity,
        "title": surface.title,
        "state": state,
    }


def terminal(coverage: Coverage) -> str:
    """Counts by component, then every surface that no control judges."""
    lines = [
        f"{len(coverage.judged)} of {coverage.total} surfaces are judged by a control,"
        f" {len(coverage.reasoned)} cannot be and have a reason, {len(coverage.open)} are open.",
        "",
        f"{'component':<30} {'judged':>7} {'reason':>7} {'open':>7} {'total':>7}",
    ]
    for name, counts in coverage.components().items():
        cells = " ".join(f"{count:>7}" for count in (*counts, sum(counts)))
        lines.append(f"{name:<30} {cells}")
    if coverage.reasoned:
        lines += ["", "Judged by no control, because:"]
    for surface in coverage.reasoned:
        lines += [f"  {surface.id} ({surface.severity}): {surface.title}", f"    {surface.reason}"]
    if coverage.open:
        lines += ["", "Open:"]
    lines += [f"  {s.id} ({s.severity}, {s.component}): {s.title}" for s in coverage.open]
    return "\n".join(lines) + "\n"
