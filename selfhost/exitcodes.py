"""The exit codes of every command, in one place."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a shell or a CI job can rely on, whatever the output format.

    A finding wins over inconclusive evidence: 1 before 3.
    """

    OK = 0
    FINDINGS = 1
    USAGE = 2
    INCONCLUSIVE = 3
    INTERNAL = 4
    INTERRUPTED = 130
