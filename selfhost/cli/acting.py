"""What ``audit`` and ``collect`` share about ``--active``."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from selfhost.targets.model import Target


def with_tries(targets: Sequence["Target"], active: bool) -> tuple["Target", ...]:
    """The targets, each tried where that was asked for, which is announced first. Raises
    UsageError for what is no running server."""
    if not active:
        return tuple(targets)
    from selfhost.errors import UsageError
    from selfhost.evidence.plan import active_plan
    from selfhost.targets.active import ActiveTarget
    from selfhost.targets.local import LocalTarget
    from selfhost.targets.ssh import SshTarget

    found: list[Target] = []
    for target in targets:
        if not isinstance(target, SshTarget | LocalTarget):
            raise UsageError(
                f"--active is for a server that is logged in to, and {target.name} is none",
                hint="leave --active away, or give ssh://user@host or local",
            )
        found.append(ActiveTarget(target))
    words = [place.split() for step in active_plan() for place in step.places[1:]]
    accounts = ", ".join(word[1] for word in words if word[0] == "as")
    ways = ", ".join(f"{word[1]} ({word[0]})" for word in words if word[0] != "as")
    names = ", ".join(target.name for target in found)
    click.echo(
        f"Active: on {names}, the accounts {accounts} (those that exist) each send a packet to "
        f"addresses for documentation, which belong to nobody: {ways}. The packet filter should "
        "refuse and count them.",
        err=True,
    )
    return tuple(found)
