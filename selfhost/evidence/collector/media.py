"""Stray recordings, told by their names and first bytes."""

import os
import re
import stat
import time
from typing import Any, List

from selfhost.evidence.collector.disk import Disk
from selfhost.evidence.collector.documents import MAX_MATCHES
from selfhost.evidence.collector.records import Record, json_lines, printable

_MEDIA = re.compile(
    r"\.(?:mp4|m4a|m4v|mov|mka|mkv|webm|wav|flv|avi|mp3|ogg|opus|ts|pcap|pcapng|cap)\Z", re.I
)
_SPOKEN = re.compile(r"transcript[^/]*\.(?:txt|json|html)\Z|\.(?:vtt|srt)\Z", re.I)
#: What is never a recording, or is looked into from inside its container.
_NOT_THERE = frozenset(
    "docker containers containerd dpkg apt node_modules site-packages .git jitsi-meet".split()
)
_MAX_SEEN = 200000
_MAX_SEARCH = 8.0
_LARGE = 1 << 20
_SHORT = 1 << 18


def _is_media(head: bytes, named: bool) -> bool:
    """Whether a file begins as sound, video or captured packets do."""
    if head[4:8] == b"ftyp":
        return head[8:12] not in (b"heic", b"heix", b"avif", b"mif1", b"crx ")
    if head[:4] in (
        b"\x1aE\xdf\xa3",
        b"OggS",
        b"\xd4\xc3\xb2\xa1",
        b"\xa1\xb2\xc3\xd4",
        b"\n\r\r\n",
    ):
        return True
    if head[:4] == b"RIFF":
        return head[8:12] in (b"WAVE", b"AVI ")
    if head[:4] == b"FLV\x01":
        return True
    # Two bytes are little: these count only where the name says the same.
    return named and (head[:3] == b"ID3" or head[:1] == b"\x47" or head[:1] == b"\xff")


def probe_media(step: Record) -> Record:
    """Names and sizes of recordings, told by their names and first bytes; nothing else is read."""
    source, notes = step["name"], []  # type: str, List[str]
    lines: List[Record] = []
    search = _Search(time.monotonic() + _MAX_SEARCH, lines)
    for root in step["places"][1:]:
        try:
            if stat.S_ISLNK(os.lstat(root).st_mode):
                continue
            device = os.stat(root).st_dev
        except OSError:
            continue
        if not search.below(root, device):
            notes.append("stopped after %d names, below %s" % (search.seen, root))
            break
    if search.closed and os.geteuid():  # root is refused only what another user mounted
        notes.append("%d folders and files may not be read" % search.closed)
    lines.sort(key=lambda line: str(line["path"]))
    return json_lines(source, "probe:media", lines, step["max_bytes"], "; ".join(notes))


class _Search:
    """A search for recordings: how many names it saw, and how many it was refused."""

    def __init__(self, deadline: float, lines: List[Record]) -> None:
        self.seen = self.closed = 0
        self._deadline = deadline
        self._lines = lines

    def below(self, root: str, device: int) -> bool:
        """Look through a folder; False where it takes too long or too much was found."""
        folders = [root]
        while folders:
            try:
                with os.scandir(folders.pop()) as entries:
                    for entry in entries:
                        self.seen += 1
                        if self.seen > _MAX_SEEN or len(self._lines) >= MAX_MATCHES:
                            return False
                        if self.seen % 256 == 0 and time.monotonic() > self._deadline:
                            return False
                        try:
                            self._look(entry, device, folders)
                        except PermissionError:
                            self.closed += 1
                        except OSError:
                            continue  # it is gone
            except PermissionError:
                self.closed += 1
            except OSError:
                continue
        return True

    def _look(self, entry: Any, device: int, folders: List[str]) -> None:
        if not entry.is_dir(follow_symlinks=False):
            kind = _kind_of_media(entry)
            if kind:
                size = entry.stat(follow_symlinks=False).st_size
                self._lines.append({"path": printable(entry.path), "type": kind, "size": size})
        # What is mounted below is somebody else's, or a container's.
        elif entry.name not in _NOT_THERE and entry.stat(follow_symlinks=False).st_dev == device:
            folders.append(entry.path)


def _kind_of_media(entry: Any) -> str:
    """``media``, ``transcript`` or nothing. Raises OSError."""
    if not entry.is_file(follow_symlinks=False):
        return ""
    size, named = entry.stat(follow_symlinks=False).st_size, _MEDIA.search(entry.name)
    if _SPOKEN.search(entry.name):
        return "transcript" if size else ""
    if size < (_SHORT if named else _LARGE):
        return ""
    return "media" if _is_media(Disk().read(entry.path, 12), bool(named)) else ""
