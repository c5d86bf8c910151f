"""A tar of a root file system or of a deployment's folder; read in memory, never extracted."""

from dataclasses import dataclass
from pathlib import Path

from selfhost.errors import TargetError
from selfhost.evidence.archive import members
from selfhost.evidence.model import Evidence
from selfhost.targets import image, image_outline, tree
from selfhost.targets.model import Plan
from selfhost.targets.tar_tree import MAX_KEPT, MAX_UNPACKED, TarTree, entries, useful


@dataclass(frozen=True, slots=True)
class ArchiveTarget:
    """A tar, plain or compressed with gzip, bzip2 or xz."""

    path: Path
    text: str = ""

    @property
    def name(self) -> str:
        """The path as it was given."""
        return self.text or str(self.path)

    def collect(self, plan: Plan | None = None) -> Evidence:
        """Its evidence. Raises TargetError when it is damaged, or not of a Jitsi server."""
        found = image_outline.outline(self.path)
        if found is not None:
            return image.evidence(self.path, found, self.name, plan)
        return tree.evidence(read_tree(self.path), self.name, plan)


def read_tree(path: Path) -> TarTree:
    """The tar's files. A name that leads out of the tree is left out, as are devices' contents.

    Raises TargetError.
    """
    found = TarTree()
    kept = 0
    with members(path, MAX_UNPACKED) as each:
        for name, entry in entries(each, useful):
            kept += len(entry.content or b"")
            if kept > MAX_KEPT:
                limit = MAX_KEPT // (1024 * 1024)
                raise TargetError(
                    f"{path} holds more than {limit} MiB of files to look at",
                    hint="give the unpacked folder instead",
                )
            found.add(name, entry)
    found.settle()
    return found
