"""Tar archives from others: read in memory, never extracted, bounded in every direction."""

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from selfhost.errors import TargetError

MAX_MEMBERS = 500_000
_MAX_HEADER = 8 * 1024 * 1024  # what tarfile may ask for at once: its own headers, our reads
_GZIP, _BZIP2, _XZ = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00"
_DAMAGE = (
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    ValueError,
    OverflowError,
    RecursionError,
    MemoryError,
)


def is_archive(path: Path) -> bool:
    """Whether the file begins like a tar, compressed or not. Raises OSError."""
    with path.open("rb") as stream:
        start = stream.read(265)
    return start[257:262] == b"ustar" or start.startswith((_GZIP, _BZIP2, _XZ))


@contextmanager
def members(path: Path, max_bytes: int) -> Iterator[Iterator["Member"]]:
    """The archive's members in their order, each with a function that reads its first bytes.

    ``max_bytes`` bounds the archive after decompression. Raises TargetError when the file cannot
    be read, is damaged, or is over a bound.
    """
    try:
        with (
            path.open("rb") as raw,
            members_of(unpacked(raw), str(path), max_bytes) as found,
        ):
            yield found
    except PermissionError:
        raise TargetError(
            f"{path} may not be read by your user", hint="run as a user who may read it"
        ) from None
    except OSError as error:
        reason = error.strerror or "it is damaged"
        raise TargetError(f"{path} cannot be read: {reason}") from None


@contextmanager
def members_of(stream: IO[bytes], name: str, max_bytes: int) -> Iterator[Iterator["Member"]]:
    """The members of a plain tar that a stream holds, as ``members``; ``name`` is for people."""
    try:
        bounded = _Bounded(stream, name, max_bytes)
        with tarfile.open(fileobj=bounded, mode="r:") as archive:
            yield _members(archive, name)
    except _DAMAGE:
        raise TargetError(
            f"{name} is damaged or not a tar archive", hint="make or fetch it again"
        ) from None


def unpacked(raw: IO[bytes]) -> IO[bytes]:
    """The stream without its compression by gzip, bzip2 or xz. Raises OSError."""
    start = raw.read(6)
    raw.seek(0)
    opened: Any = raw
    if start.startswith(_GZIP):
        opened = gzip.GzipFile(fileobj=raw, mode="rb")
    elif start.startswith(_BZIP2):
        opened = bz2.BZ2File(raw, "rb")
    elif start.startswith(_XZ):
        opened = lzma.LZMAFile(raw, "rb")  # noqa: SIM115 - ends with raw
    return cast("IO[bytes]", opened)


def _members(archive: tarfile.TarFile, path: str) -> Iterator["Member"]:
    count = 0
    while (member := archive.next()) is not None:
        count += 1
        if count > MAX_MEMBERS:
            raise TargetError(f"{path} has more than {MAX_MEMBERS} members")
        archive.members = []  # type: ignore[attr-defined]  # tarfile would keep them all
        yield member, Content(archive, member)


class Content:
    """What a member holds. Calling it gives its first bytes."""

    def __init__(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        self._archive = archive
        self._member = member

    def __call__(self, limit: int) -> bytes:
        stream = self.stream()
        return b"" if stream is None else stream.read(limit)

    def stream(self) -> IO[bytes] | None:
        """All of it, to be read before the next member; ``None`` where it is no plain file."""
        if not self._member.isreg() or self._member.issparse():
            return None
        return self._archive.extractfile(self._member)


Member = tuple[tarfile.TarInfo, Content]


class _Bounded(io.RawIOBase):
    """A stream that refuses to give more than it should; tarfile believes every header."""

    def __init__(self, stream: IO[bytes], path: str, max_bytes: int) -> None:
        self._stream = stream
        self._path = path
        self._max = max_bytes

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > _MAX_HEADER:
            raise TargetError(f"{self._path} is damaged: a header asks for {size} bytes")
        data = self._stream.read(size)
        self._check(self._stream.tell())
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence != 0:
            raise ValueError("only absolute positions")
        self._check(offset)
        return self._stream.seek(offset)

    def tell(self) -> int:
        return self._stream.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def _check(self, position: int) -> None:
        if position > self._max:
            limit = self._max // (1024 * 1024)
            raise TargetError(f"{self._path} holds more than {limit} MiB when unpacked")
