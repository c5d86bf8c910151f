"""A running container's files, copied out by its engine as tars and read in memory.

``docker cp`` and ``podman cp`` run nothing of the container. Docker's shows no tmpfs: below one,
looking fails, so that nothing there is taken for absent.
"""

import errno
import io
from collections.abc import Iterable

from selfhost.errors import TargetError
from selfhost.evidence.archive import members_of
from selfhost.targets.archive import MAX_FILE, MAX_KEPT, Entry, TarTree, entry_of, place
from selfhost.targets.engine import Answer, Engine

MAX_COPY = 64 * 1024 * 1024
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

    def names(self, directory: str) -> list[str]:
        """The names in a directory, sorted. Raises OSError."""
        real = self._resolve(directory)
        self._load(real, folder=True)
        return super().names(directory)

    def _entry(self, path: str) -> Entry | None:
        if path and path.count("/") > 1 and path not in self._children:
            self._load(path)
        return self._entries.get(path)

    def _load(self, path: str, *, folder: bool = False) -> None:
        if any(path == hidden or path.startswith(hidden + "/") for hidden in self._unseen):
            raise OSError(
                errno.EIO,
                f"lies in the container's memory, which {self._engine.name} cp does not show: "
                "run as root on the machine itself",
            )
        unit = next((w for w in _WHOLE if path == w or path.startswith(w + "/")), None)
        if unit is not None and self._copied(unit, must=False):
            return
        if unit is None and not folder and path.rpartition("/")[0] in self._tried:
            return  # the whole folder was copied
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
                for member, read in each:
                    name = place(member)
                    if name is None:
                        continue
                    entry = entry_of(member)
                    if entry.kind == "file" and not member.islnk():
                        entry.content = read(MAX_FILE)
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
