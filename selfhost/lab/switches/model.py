"""What a switch is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Switch:
    """``script`` does the damage, as root; ``off`` ends what is not a file below the folders that
    the matrix puts back by itself. ``control`` must fail, and so must ``also``: what the same thing
    truly is as well. Controls whose id begins with ``unclear`` may say that they cannot tell."""

    control: str
    what: str
    script: str
    off: str = ""
    also: frozenset[str] = frozenset()
    unclear: str = ""


def switch(
    control: str, what: str, script: str, *also: str, off: str = "", unclear: str = ""
) -> Switch:
    """A switch; ``also`` as separate words."""
    return Switch(control, what, script, off, frozenset(also), unclear)
