"""The files of tars, in memory: members as entries, entries as a tree that the collector reads."""

import errno
import posixpath
import re
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from selfhost.evidence.archive import Member
from selfhost.evidence.collector.disk import MAX_LINKS, Look
from selfhost.targets import dpkg

MAX_UNPACKED = 8 * 1024 * 1024 * 1024
MAX_KEPT = 192 * 1024 * 1024
MAX_FILE = 4 * 1024 * 1024 + 1
#: Characters of a path or of what a link leads to: Linux opens none that is longer.
MAX_PATH = 4095

#: Folders of a root file system, below which only some files are of use.
_SYSTEM = ("usr", "var", "lib", "lib64", "bin", "sbin", "boot", "dev", "sys", "run", "proc")
_USEFUL = ("/usr/share/jitsi-meet/", "/var/lib/prosody/", "/var/spool/cron/", dpkg.STATUS)
#: What docker-jitsi-meet's scripts write before the programs start.
_USEFUL_RUN = re.compile(r"/run/(?:web|prosody|jicofo|jvb|jibri|jigasi)/config/")
_USEFUL_FILES = ("/usr/lib/os-release", "/lib/systemd/", "/usr/lib/systemd/")


@dataclass(slots=True)
class Entry:
    """A member: its kind as in ``Look``, or link; ``content`` where it was kept."""

    kind: str
    size: int = 0
    mode: str = ""
    owner: str = ""
    link: str = ""
    content: bytes | None = None


def useful(name: str) -> bool:
    """Whether the content of a root file system's file can be evidence."""
    parts = name.split("/")
    return parts[1] not in _SYSTEM or (
        name.startswith((*_USEFUL, *_USEFUL_FILES)) or _USEFUL_RUN.match(name) is not None
    )


def entries(each: Iterable[Member], wanted: Callable[[str], bool]) -> Iterator[tuple[str, Entry]]:
    """The members whose names stay in the tree, each with its absolute path; the content of the
    regular files whose paths are ``wanted`` is kept."""
    for member, read in each:
        name = _place(member)
        if name is None:
            continue
        entry = _entry_of(member)
        if entry.kind == "file" and not member.islnk() and wanted(name):
            entry.content = read(MAX_FILE)
        yield name, entry


def _place(member: tarfile.TarInfo) -> str | None:
    """A member's absolute path; ``None`` where its name leads out of the tree, or is too long."""
    if len(member.name) > MAX_PATH:
        return None
    name = posixpath.normpath("/" + member.name).replace("//", "/")
    return None if name == "/" or ".." in member.name.split("/") else name


def _entry_of(member: tarfile.TarInfo) -> Entry:
    """A member as an entry, without its content."""
    link = member.linkname if member.issym() or member.islnk() else ""
    if len(link) > MAX_PATH:
        kind, link = "other", ""
    elif member.isreg() or member.islnk():
        kind = "file"
    elif member.isdir():
        kind = "directory"
    else:
        kind = "link" if member.issym() else "other"
    owner = f"{member.uname or member.uid}:{member.gname or member.gid}"
    return Entry(kind, member.size, f"{member.mode & 0o7777:04o}", owner, link)


@dataclass(slots=True)
class TarTree:
    """The files of a tar as ``tree.Files``; a later member of a name replaces an earlier one."""

    _entries: dict[str, Entry] = field(default_factory=dict)
    _children: dict[str, set[str]] = field(default_factory=dict)

    def add(self, path: str, entry: Entry) -> None:
        """Put an entry at an absolute, normal path; a hard link shares its file's content."""
        if entry.kind == "file" and entry.link:
            first = self._entries.get(posixpath.normpath("/" + entry.link).replace("//", "/"))
            # Where the other name is missing, that there is a file is known, and no more.
            entry = first if first is not None and first.kind == "file" else Entry("other")
        self._entries[path] = entry

    def settle(self, *, whole: bool = False) -> None:
        """Drop a folder that holds all the rest, unless this is the ``whole`` of a file system;
        then note what lies in which folder."""
        tops = set() if whole else {path.split("/")[1] for path in self._entries}
        if len(tops) == 1 and (top := next(iter(tops))) not in (*_SYSTEM, "etc", "opt", "srv"):
            inside = {p: e for p, e in self._entries.items() if p.startswith(f"/{top}/")}
            if inside:
                self._entries = {path[len(top) + 1 :]: entry for path, entry in inside.items()}
        for path in self._entries:
            self.note(path)

    def note(self, path: str) -> None:
        """Put a path's name into its folder, and the folder's into the one above."""
        while path != "/":
            folder, _, name = path.rpartition("/")
            folder = folder or "/"
            names = self._children.setdefault(folder, set())
            if name in names:
                break
            names.add(name)
            path = folder

    def names(self, directory: str) -> list[str]:
        """The names in a directory, sorted."""
        real = self._resolve(directory) or "/"
        if real not in self._children and real not in self._entries:
            raise FileNotFoundError(errno.ENOENT, "no such directory")
        return sorted(self._children.get(real, ()))

    def look(self, path: str) -> Look:
        """What a path leads to."""
        own = self._own(path)
        link = own.link if own is not None and own.kind == "link" else ""
        real = self._resolve(path)
        entry = self._entries.get(real)
        if entry is None:
            if real in self._children or not real:
                return Look("directory", 0, "", "", link)
            kind = "null" if real == "/dev/null" else ""
            if not kind:
                raise FileNotFoundError(errno.ENOENT, "no such file")
            return Look(kind, 0, "", "", link)
        kind = "null" if real == "/dev/null" else entry.kind
        return Look(kind, entry.size, entry.mode, entry.owner, link)

    def read(self, path: str, limit: int) -> bytes:
        """The first bytes of a regular file."""
        entry = self._entries.get(self._resolve(path))
        if entry is None:
            raise FileNotFoundError(errno.ENOENT, "no such file")
        if entry.content is None:
            raise OSError(errno.EINVAL, "not kept from the archive")
        return entry.content[:limit]

    def _own(self, path: str) -> Entry | None:
        """What is at a path itself, where a link is not followed."""
        folder, _, name = path.rpartition("/")
        return self._entries.get(f"{self._resolve(folder)}/{name}")

    def _resolve(self, path: str) -> str:
        waiting = [part for part in reversed(path.split("/")) if part not in ("", ".")]
        real = ""
        links = 0
        while waiting:
            part = waiting.pop()
            if part == "..":
                real = real.rpartition("/")[0]
                continue
            entry = self._entries.get(f"{real}/{part}")
            if entry is not None and entry.kind == "link":
                links += 1
                if links > MAX_LINKS:
                    raise OSError(errno.ELOOP, "too many symbolic links")
                if entry.link.startswith("/"):
                    real = ""
                waiting += [p for p in reversed(entry.link.split("/")) if p not in ("", ".")]
            else:
                real = f"{real}/{part}"
        return real
