"""selfhost and what its audit needs, as one archive that a server runs from a folder.

The server needs its own python3 and no registry: packages come through the pip of this machine, for
the server's version of Python and its processor, and only with the digests of requirements.txt.
"""

import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import selfhost
from selfhost.errors import UsageError
from selfhost.provision import content

SECONDS = 600.0
#: What only a machine with an inventory uses.
_LEFT_OUT = frozenset(("_ansible", "lab", "__pycache__"))
#: Symbols of the oldest C library among the systems that are supported (Debian 12: 2.36).
_PLATFORMS = ("manylinux_2_34", "manylinux_2_28", "manylinux_2_17", "manylinux2014")
_MACHINES = ("x86_64", "aarch64")
_MAIN = b"import sys\n\nfrom selfhost.cli import main\n\nsys.exit(main())\n"


@dataclass(frozen=True, slots=True)
class Platform:
    """A server's Python. ``python`` as ``3.11``; ``machine`` as ``uname -m`` says."""

    python: str
    machine: str

    def __post_init__(self) -> None:
        version = re.fullmatch(r"3\.(\d{1,3})", self.python)
        if version is None or int(version[1]) < 11:
            raise UsageError(
                f"the server's Python is {self.python[:20]}, and the watch needs 3.11 or later",
                hint="set watch_enabled: false, and run selfhost watch on this machine",
            )
        if self.machine not in _MACHINES:
            raise UsageError(
                f"there are no packages for the server's processor ({self.machine[:20]})",
                hint="set watch_enabled: false, and run selfhost watch on this machine",
            )


def requirements() -> Path:
    """The packages with their digests."""
    return content.roles() / "watch" / "files" / "requirements.txt"


def digest(platform: Platform) -> str:
    """Names what ``build`` would give: SHA-256 of our files, the list of packages, the platform."""
    found = hashlib.sha256(f"{platform.python} {platform.machine}\n".encode())
    found.update(requirements().read_bytes())
    for name, path in _own():
        found.update(f"\n{name}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def build(platform: Platform, archive: Path, wheels: Path | None = None) -> None:
    """Write the archive (tar, gzip), which a Python runs as a program once it is unpacked.

    ``wheels``: a folder with the packages, in place of the registry that pip is set up for.
    Raises UsageError when a package cannot be had, or this machine has no room for it.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="selfhost-") as scratch:
            packages = Path(scratch) / "packages"
            _install(platform, packages, wheels)
            _pack(platform, packages, archive)
    except OSError as error:
        raise UsageError(
            f"the watch's program cannot be put together: {error.strerror}",
            hint=f"it is made in {tempfile.gettempdir()}; TMPDIR names a folder with more room",
        ) from None


def _pack(platform: Platform, packages: Path, archive: Path) -> None:
    shutil.rmtree(packages / "bin", ignore_errors=True)
    with tarfile.open(archive, "w:gz", compresslevel=6) as into:
        _add(into, "__main__.py", _MAIN)
        _add(into, "DIGEST", f"{digest(platform)}\n".encode())
        for path in sorted(packages.rglob("*")):
            if path.is_file() and not path.is_symlink():
                _add(into, path.relative_to(packages).as_posix(), path.read_bytes())
        for name, path in _own():
            _add(into, name, path.read_bytes())


def _own() -> Iterator[tuple[str, Path]]:
    """Our own files, with their names in the archive."""
    root = Path(selfhost.__file__).parent
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if path.is_file() and not _LEFT_OUT & set(parts):
            yield "/".join((root.name, *parts)), path


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), 0o644
    archive.addfile(entry, io.BytesIO(data))


def _install(platform: Platform, folder: Path, wheels: Path | None) -> None:
    abi = f"cp{platform.python.replace('.', '')}"
    command = [
        *_pip(),
        *("install", "--quiet", "--disable-pip-version-check", "--no-input"),
        *("--no-deps", "--no-compile", "--require-hashes", "--only-binary=:all:"),
        *("--implementation", "cp", "--python-version", platform.python),
        *(part for one in (abi, "abi3", "none") for part in ("--abi", one)),
        *(part for one in _PLATFORMS for part in ("--platform", f"{one}_{platform.machine}")),
        *("--target", str(folder), "--requirement", str(requirements())),
    ]
    if wheels is not None:
        if not wheels.is_dir():
            raise UsageError(f"there is no folder {wheels} with packages (watch_wheels)")
        command += ["--no-index", "--find-links", str(wheels)]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            # --user of somebody's settings does not go together with --target.
            env={**os.environ, "PIP_USER": "0"},
        )
    except subprocess.TimeoutExpired:
        raise UsageError(
            f"pip did not get the watch's packages within {SECONDS:.0f} s", hint=_BY_HAND
        ) from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        errors = [line for line in said if line.startswith("ERROR")] or said or ["no reason given"]
        raise UsageError(
            f"pip did not get the watch's packages for Python {platform.python} on "
            f"{platform.machine}: {errors[-1].removeprefix('ERROR: ')[:300]}",
            hint=_BY_HAND,
        )


_BY_HAND = (
    "let this machine's pip reach its registry, or give a folder with the packages as watch_wheels "
    "(docs/watch.md)"
)


def _pip() -> list[str]:
    """The pip of this environment, or any: it only fetches and unpacks."""
    own = [sys.executable, "-m", "pip"]
    if subprocess.run([*own, "--version"], capture_output=True).returncode == 0:
        return own
    for name in ("pip3", "pip"):
        if found := shutil.which(name):
            return [found]
    raise UsageError(
        "there is no pip on this machine, and the watch's packages come through it",
        hint="install it (apt-get install python3-pip)",
    )
