"""Runs in a lab server: keeps folders as they are (``keep``), or puts them back (``put-back``)."""

import os
import shutil
import stat
import sys
from collections.abc import Iterator

Told = tuple[int, int, int, int, str | bytes]

FOLDERS = ("/etc", "/var/lib/prosody", "/usr/share/jitsi-meet", "/srv", "/opt")
KEPT = "/run/kept"


def inside(folder: str) -> Iterator[tuple[str, Told]]:
    """Paths below a folder, folders first, with what tells a change; sockets come and go."""
    for here, folders, names in os.walk(folder):
        for name in folders + names:
            path = os.path.join(here, name)
            found = os.lstat(path)
            if stat.S_IFMT(found.st_mode) not in (stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK):
                continue
            size = found.st_size if not os.path.isdir(path) else 0
            yield path, (found.st_mode, found.st_uid, found.st_gid, size, content(path))


def content(path: str) -> str | bytes:
    if os.path.islink(path):
        return os.readlink(path)
    if not os.path.isfile(path):
        return ""
    with open(path, "rb") as stream:
        return stream.read()


def copy(source: str, target: str) -> None:
    if os.path.islink(source) or os.path.isfile(source):
        shutil.copy2(source, target, follow_symlinks=False)
    else:
        os.makedirs(target, exist_ok=True)
        shutil.copystat(source, target)
    found = os.lstat(source)
    os.chown(target, found.st_uid, found.st_gid, follow_symlinks=False)


def keep() -> None:
    shutil.rmtree(KEPT, ignore_errors=True)
    for folder in FOLDERS:
        os.makedirs(KEPT + folder, exist_ok=True)
        for path, _ in inside(folder):
            copy(path, KEPT + path)


def put_back() -> None:
    for folder in FOLDERS:
        wanted = {path[len(KEPT) :]: told for path, told in inside(KEPT + folder)}
        there = dict(inside(folder))
        for path in sorted(set(there) - set(wanted), reverse=True):
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path, ignore_errors=True)
            elif os.path.lexists(path):
                os.remove(path)
        for path, told in wanted.items():
            if there.get(path) != told:
                if os.path.lexists(path) and not os.path.isdir(path):
                    os.remove(path)
                copy(KEPT + path, path)


if sys.argv[1] == "keep":
    keep()
else:
    put_back()
