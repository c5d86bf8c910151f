"""What holds for a whole run of the command line: ``--debug`` and ``--color``."""

import os
from dataclasses import dataclass
from typing import TextIO

import click


@dataclass(slots=True)
class Session:
    """The root command's options; every command finds it with :func:`session`."""

    debug: bool = False
    color: str = "auto"  # auto, always, never

    def colored(self, stream: TextIO) -> bool:
        """Whether to colour what goes to ``stream``.

        ``--color always`` and ``never`` win; then ``NO_COLOR`` and ``FORCE_COLOR`` when set to
        something (no-color.org, force-color.org); then whether the stream is a terminal.
        """
        if self.color != "auto":
            return self.color == "always"
        if os.environ.get("NO_COLOR"):
            return False
        if os.environ.get("FORCE_COLOR"):
            return True
        return stream.isatty() and os.environ.get("TERM") != "dumb"


def session() -> Session:
    """The running command's session; outside a command, one with the defaults."""
    context = click.get_current_context(silent=True)
    found = context.find_object(Session) if context else None
    return found or Session()
