"""What a switch is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Switch:
    """``script`` does the damage, as root; ``off`` ends what is not a file below the folders that
    the matrix puts back by itself. ``control`` must fail, and so must ``also``: what the same thing
    truly is as well."""

    control: str
    what: str
    script: str
    off: str = ""
    also: frozenset[str] = frozenset()


def switch(control: str, what: str, script: str, *also: str, off: str = "") -> Switch:
    """A switch; ``also`` as separate words."""
    return Switch(control, what, script, off, frozenset(also))
