"""The command line. ``main`` is the entry point; each command has a module of its own here."""

from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line on ``argv`` (default: the process's own) and return the exit code."""
    from selfhost.cli.root import run

    return run(argv)
