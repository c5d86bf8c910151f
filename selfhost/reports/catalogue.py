"""The controls themselves, for machines."""

from selfhost.controls.model import Control


def as_json(control: Control) -> dict[str, object]:
    """A control's declaration without its check and examples."""
    return {
        "id": control.id,
        "title": control.title,
        "category": str(control.category),
        "severity": str(control.severity),
        "confidence": str(control.confidence),
        "component": control.component,
        "needs": list(control.needs),
        "risk": control.risk,
        "upstream_default": control.upstream_default,
        "since": control.since,
        "fix": {
            "variable": control.fix.variable or None,
            "value": control.fix.value or None,
            "role": control.fix.role or None,
            "by_hand": control.fix.by_hand,
        },
        "references": list(control.references),
        "gdpr": control.gdpr,
        "surfaces": list(control.surfaces),
        "profiles": list(control.profiles),
    }
