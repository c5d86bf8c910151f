"""The controls themselves, for people and for machines."""

from collections.abc import Sequence

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


def markdown(controls: Sequence[Control]) -> str:
    """A table of the controls, one row each."""
    lines = [
        "# Controls",
        "",
        f"{len(controls)} controls. Written by `selfhost controls list --format markdown`;"
        " `selfhost explain ID` says more of each.",
        "",
        "| category | severity | control | what must hold | setting |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {c.category} | {c.severity} | `{c.id}` | {c.title.replace('|', chr(92) + '|')} |"
        f" {f'`{c.fix.variable}`' if c.fix.variable else 'by hand'} |"
        for c in controls
    ]
    return "\n".join(lines) + "\n"
