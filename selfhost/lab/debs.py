"""Packages that were downloaded once: a pool of them, lent to each server as its apt cache.

Each server has a folder of its own, because apt locks it; the files in it are hard links.
"""

import os
import shutil
from pathlib import Path

from selfhost.lab import state

#: apt takes a file of the right name and size for the right one, so what may change under the
#: same version is not kept.
_CHANGING = "standin"


def pool() -> Path:
    """The folder of all packages."""
    path = state.folder() / "apt" / "pool"
    path.mkdir(parents=True, exist_ok=True)
    return path


def lend(archives: Path) -> None:
    """Fill a server's ``/var/cache/apt/archives`` from the pool."""
    archives.mkdir(parents=True, exist_ok=True)
    archives.chmod(0o755)  # whatever the umask: apt's own user passes through it
    _link(pool(), archives)


def keep(archives: Path) -> None:
    """Put what a server has downloaded into the pool."""
    if archives.is_dir():
        _link(archives, pool())


def _link(source: Path, target: Path) -> None:
    for package in source.glob("*.deb"):
        new = target / package.name
        if _CHANGING in package.name or new.exists() or not package.is_file():
            continue
        try:
            os.link(package, new)
        except OSError:  # another file system, or another owner
            shutil.copyfile(package, new)
