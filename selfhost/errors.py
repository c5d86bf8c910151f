"""What can go wrong, told to a person.

SelfhostError                 one sentence, a hint, an exit code
├── UsageError                wrong argument, wrong settings (2)
│   └── SettingsError         the settings file: which key, how to mend it (2)
├── TargetError               a server or file that could not be reached or read (3)
├── ProvisionError            a playbook run that failed (1)
└── LabError                  the container lab (2)
"""

from selfhost.exitcodes import ExitCode


class SelfhostError(Exception):
    """One sentence saying what and where; ``hint`` says how to mend it.

    The command line prints both and leaves with ``exit_code``; no traceback reaches the user.
    Never put a secret into either text.
    """

    exit_code: ExitCode = ExitCode.INTERNAL

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(SelfhostError):
    """An argument or a file given by the user cannot be used as it is."""

    exit_code = ExitCode.USAGE


class SettingsError(UsageError):
    """The settings do not validate."""


class TargetError(SelfhostError):
    """The target could not be reached or read, so nothing can be said about it."""

    exit_code = ExitCode.INCONCLUSIVE


class ProvisionError(SelfhostError):
    """A playbook run ended with a failed task or an unreachable host."""

    exit_code = ExitCode.FINDINGS


class LabError(SelfhostError):
    """The lab cannot do what was asked on this machine."""

    exit_code = ExitCode.USAGE
