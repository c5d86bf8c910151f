"""Files below a root, and patterns of paths."""

import errno
import fnmatch
import grp
import os
import pwd
import stat
from typing import Any, Dict, List, NamedTuple

MAX_LISTED = 20000  # names of one listing
MAX_LINKS = 40


class Look(NamedTuple):
    """What is at a path: ``kind`` is file, directory, null (``/dev/null``) or other."""

    kind: str
    size: int
    mode: str
    owner: str
    link: str  # where the path itself leads, if it is a symbolic link


class Disk:
    """Files below ``root``. Symbolic links are followed, but never out of ``root``.

    ``resolve`` is off for a root that only the kernel can follow, such as ``/proc/1/root``.
    """

    def __init__(self, root: str = "/", resolve: bool = True) -> None:
        self._root = (os.path.realpath(root) if resolve else root).rstrip("/")
        self._users: Dict[int, str] = {}
        self._groups: Dict[int, str] = {}
        if self._root:
            self._users = self._names_of("/etc/passwd")
            self._groups = self._names_of("/etc/group")

    def names(self, directory: str) -> List[str]:
        """The names in a directory, sorted. Raises OSError."""
        return sorted(os.listdir((self._root + self._resolve(directory)) or "/"))

    def look(self, path: str) -> Look:
        """What the path leads to. Raises OSError."""
        link = ""
        own = self._root + self._resolve(path, last=False)
        if stat.S_ISLNK(os.lstat(own).st_mode):
            link = os.readlink(own)
        real = self._resolve(path)
        found = os.lstat((self._root + real) or "/")
        if stat.S_ISREG(found.st_mode):
            kind = "file"
        elif stat.S_ISDIR(found.st_mode):
            kind = "directory"
        else:
            kind = "null" if real == "/dev/null" else "other"
        owner = "%s:%s" % (self._user(found.st_uid), self._group(found.st_gid))
        return Look(kind, found.st_size, "%04o" % stat.S_IMODE(found.st_mode), owner, link)

    def read(self, path: str, limit: int) -> bytes:
        """At most ``limit`` bytes of a regular file. Raises OSError."""
        real = self._root + self._resolve(path)
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            handle = os.open(real, flags | getattr(os, "O_NOATIME", 0))
        except PermissionError:  # only root and the owner may leave the access time alone
            handle = os.open(real, flags)
        with os.fdopen(handle, "rb") as stream:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise OSError(errno.EINVAL, "not a regular file")
            return stream.read(limit)

    def _resolve(self, path: str, last: bool = True) -> str:
        """The path without symbolic links, relative to the root, as a program there sees it."""
        waiting = [part for part in reversed(path.split("/")) if part not in ("", ".")]
        real: List[str] = []
        links = 0
        while waiting:
            part = waiting.pop()
            if part == "..":
                real = real[:-1]
                continue
            here = "/".join(["", *real, part])
            if not waiting and not last:
                return here
            if stat.S_ISLNK(os.lstat(self._root + here).st_mode):
                links += 1
                if links > MAX_LINKS:
                    raise OSError(errno.ELOOP, "too many symbolic links")
                target = os.readlink(self._root + here)
                if target.startswith("/"):
                    real = []
                waiting += [p for p in reversed(target.split("/")) if p not in ("", ".")]
            else:
                real.append(part)
        return "/".join(["", *real]) if real else ""

    def _names_of(self, path: str) -> Dict[int, str]:
        try:
            lines = self.read(path, 1 << 20).decode("utf-8", "replace").splitlines()
        except OSError:
            return {}
        fields = [line.split(":") for line in lines]
        return {int(f[2]): f[0] for f in fields if len(f) > 2 and f[2].isdigit()}

    def _user(self, number: int) -> str:
        if number not in self._users:
            try:
                self._users[number] = str(number) if self._root else pwd.getpwuid(number).pw_name
            except KeyError:
                self._users[number] = str(number)
        return self._users[number]

    def _group(self, number: int) -> str:
        if number not in self._groups:
            try:
                self._groups[number] = str(number) if self._root else grp.getgrgid(number).gr_name
            except KeyError:
                self._groups[number] = str(number)
        return self._groups[number]


def expand(disk: Any, pattern: str, hidden: bool = False) -> List[str]:
    """The existing paths that match, sorted. Raises OSError where looking is not possible."""
    found = [""]
    parts = pattern.strip("/").split("/")
    for part in parts:
        below: List[str] = []
        for base in found:
            if not any(sign in part for sign in "*?["):
                below.append(base + "/" + part)
                continue
            try:
                names = disk.names(base or "/")
            except (FileNotFoundError, NotADirectoryError):
                continue
            matching = [n for n in names if fnmatch.fnmatchcase(n, part)]
            below += [base + "/" + n for n in matching if hidden or part[0] == "." or n[0] != "."]
        found = below
        if len(found) > MAX_LISTED:
            raise OSError(errno.E2BIG, "more than %d names" % MAX_LISTED)
    return found
