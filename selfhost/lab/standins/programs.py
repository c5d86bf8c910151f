"""Running the distribution's own tools."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from selfhost.errors import LabError

_PACKAGES = {
    "dpkg-deb": "dpkg",
    "apt-ftparchive": "apt-utils",
    "gpg": "gnupg",
    "gpgconf": "gnupg",
}


def require(*programs: str) -> None:
    """Raise ``LabError`` naming the packages of those that are not installed."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        packages = sorted({_PACKAGES.get(program, program) for program in missing})
        raise LabError(
            f"the lab needs {' and '.join(missing)} to build its packages",
            hint=f"apt-get install {' '.join(packages)}",
        )


def output(
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    given: str | None = None,
) -> str:
    """Standard output of a tool. Raises ``LabError`` with its last line when it fails."""
    result = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})},
        input=given,
        stdin=subprocess.DEVNULL if given is None else None,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        last = (result.stderr.strip().splitlines() or ["no message"])[-1]
        raise LabError(
            f"{command[0]} failed while the lab's packages were built: {last}",
            hint="this is a fault of the lab or of its disk; the full command was: "
            + " ".join(command),
        )
    return result.stdout
