"""Files that a user names: bounded, and one sentence where one cannot be read.

All of it raises UsageError.
"""

import stat
from pathlib import Path

from selfhost.errors import UsageError


def content(path: Path, most: int, larger: str) -> bytes:
    """The whole file; what is larger than ``most`` bytes is "larger than ``larger``"."""
    data = beginning(path, most + 1)
    if len(data) > most:
        raise UsageError(f"{path} is larger than {larger}")
    return data


def beginning(path: Path, most: int) -> bytes:
    """At most so many bytes."""
    try:
        with path.open("rb") as stream:
            return stream.read(most)
    except OSError as error:
        raise _unreadable(path, error) from None


def secret(path: Path, most: int) -> bytes:
    """As ``beginning``, of a file that nobody else on this machine can read."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise _unreadable(path, error) from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UsageError(f"other users of this machine can read {path}", hint=f"chmod 600 {path}")
    return beginning(path, most)


def _unreadable(path: Path, error: OSError) -> UsageError:
    return UsageError(f"{path} cannot be read: {error.strerror}")
