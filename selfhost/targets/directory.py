"""A folder: a root file system, a docker-jitsi-meet deployment, or loose files."""

from dataclasses import dataclass
from pathlib import Path

from selfhost.errors import TargetError
from selfhost.evidence.collector.disk import Disk
from selfhost.evidence.model import Evidence
from selfhost.targets import tree
from selfhost.targets.model import Plan


@dataclass(frozen=True, slots=True)
class DirectoryTarget:
    """A folder on this machine. Symbolic links in it are followed, but never out of it."""

    path: Path
    text: str = ""

    @property
    def name(self) -> str:
        """The path as it was given."""
        return self.text or str(self.path)

    def collect(self, plan: Plan | None = None) -> Evidence:
        """Its evidence. Raises TargetError when nothing in it is of a Jitsi server."""
        disk = Disk(str(self.path))
        try:
            disk.names("/")
        except OSError as error:
            raise TargetError(
                f"{self.name} cannot be read: {error.strerror}",
                hint="run as a user who may read it, or copy it to where yours may",
            ) from None
        return tree.evidence(disk, self.name, plan)
