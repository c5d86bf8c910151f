"""Every control there is, found by walking the folders of ``selfhost.controls``."""

import difflib
import hashlib
import importlib
import pkgutil
from functools import cache

import selfhost.controls
from selfhost.controls.model import Control
from selfhost.errors import UsageError


@cache
def controls() -> tuple[Control, ...]:
    """All controls, by category and id. A module ``<category>/<name>.py`` declares ``CONTROL``."""
    found: list[Control] = []
    for package in pkgutil.iter_modules(selfhost.controls.__path__, "selfhost.controls."):
        if not package.ispkg:
            continue
        folder = importlib.import_module(package.name)
        for module in pkgutil.iter_modules(folder.__path__, package.name + "."):
            control = importlib.import_module(module.name).CONTROL
            if not isinstance(control, Control):
                raise TypeError(f"{module.name}.CONTROL is not a Control")
            found.append(control)
    return tuple(sorted(found, key=lambda control: (control.category, control.id)))


def find(control_id: str) -> Control:
    """The control of that id or alias. Raises ``UsageError`` naming the nearest ids."""
    for control in controls():
        if control_id == control.id or control_id in control.aliases:
            return control
    near = difflib.get_close_matches(control_id, [c.id for c in controls()], n=3)
    hint = (
        f"Did you mean {', '.join(near)}?" if near else "`selfhost controls list` shows them all."
    )
    raise UsageError(f"There is no control called {control_id!r}.", hint=hint)


def digest() -> str:
    """SHA-256 over the controls' ids and severities: names the rule set in a report."""
    lines = [f"{c.id} {c.severity} {c.category}\n" for c in controls()]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
