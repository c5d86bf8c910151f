"""A running container's files, copied out by its engine as tars and read in memory.

``docker cp`` and ``podman cp`` run nothing of the container. Docker's shows no tmpfs: below one,
looking fails, so that nothing there is taken for absent.
"""

import errno
import io
import posixpath
from collections.abc import Iterable

from selfhost.errors import TargetError
from selfhost.evidence.archive import members_of
from selfhost.evidence.collector.disk import MAX_LINKS
from selfhost.targets.engine import Answer, Engine
from selfhost.targets.tar_tree import MAX_KEPT, Entry, TarTree, entries

MAX_COPY = 128 * 1024 * 1024
MAX_SECONDS = 20.0
#: Folders that are copied whole, because a container has little in them.
_WHOLE = ("/etc", "/run", "/config", "/prosody-plugins-custom")


class CopiedFiles(TarTree):
    """Files as ``tree.Files``, copied when they are asked for.

    ``unseen``: places that the engine does not show.
    """

    def __init__(self, engine: Engine, container: str, unseen: Iterable[str] = ()) -> None:
        super().__init__()
        self._engine = engine
        self._container = container
        self._unseen = tuple(unseen)
        self._tried: dict[str, OSError | None] = {}
        self._kept = 0

    def _own(self, path: str) -> Entry | None:
        self._load(path)
        return self._entries.get(posixpath.normpath(path))

    def _resolve(self, path: str) -> str:
        """As above; what a link leads to is copied as well."""
        real = posixpath.normpath(path)
        for _ in range(MAX_LINKS):
            self._load(real)
            before, real = real, super()._resolve(real)
            if real == before:
                break
        return real

    def _load(self, path: str) -> None:
        """Copy what is at a path, where that was not done yet. Raises OSError."""
        path = posixpath.normpath(path)
        if path in ("/", "", ".") or path in self._entries:
            return
        if any(path == hidden or path.startswith(hidden + "/") for hidden in self._unseen):
            raise OSError(
                errno.EIO,
                f"lies in the container's memory, which {self._engine.name} cp does not show: "
                "run as root on the machine itself",
            )
        above = path.rpartition("/")[0]
        whole = next((w for w in _WHOLE if path == w or path.startswith(w + "/")), None)
        if whole is not None and self._copied(whole, must=False):
            return
        if whole is None and above in self._tried:
            path = above  # which has all that is in it
        self._copied(path, must=True)

    def _copied(self, path: str, *, must: bool) -> bool:
        """Whether a path was copied whole, or is not there. Raises OSError if it ``must`` be."""
        if path not in self._tried:
            self._tried[path] = None
            try:
                answer = self._engine.copy(self._container, path, MAX_COPY, MAX_SECONDS)
                if answer is not None:
                    self._take(path, answer)
            except OSError as error:
                self._tried[path] = error
        problem = self._tried[path]
        if problem is not None and must:
            raise problem
        return problem is None

    def _take(self, path: str, answer: Answer) -> None:
        """The first part of a member's name is what the path leads to, under a name of its own."""

        def own(name: str) -> str:
            return path + "".join(f"/{part}" for part in name.strip("/").split("/")[1:])

        try:
            with members_of(io.BytesIO(answer.output), path, MAX_COPY) as each:
                for name, entry in entries(each, lambda _: True):
                    if entry.content is not None:
                        self._kept += len(entry.content)
                    elif entry.kind == "file":
                        entry.link = own(entry.link)
                    self.add(own(name), entry)
                    self.note(own(name))
                    if self._kept > MAX_KEPT:
                        raise OSError(errno.E2BIG, "more than can be looked at")
        except TargetError as error:
            if not answer.cut:
                raise OSError(errno.EIO, error.message) from None
        if answer.cut:
            raise OSError(errno.E2BIG, f"{path} holds more than {MAX_COPY // (1 << 20)} MiB")
