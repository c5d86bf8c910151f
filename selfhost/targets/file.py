"""A single file: all else is out of scope."""

import os
from dataclasses import dataclass
from pathlib import Path

from selfhost.errors import TargetError, UsageError
from selfhost.evidence.collector.disk import Disk, Look
from selfhost.evidence.collector.documents import read_file
from selfhost.evidence.collector.redactor import Redactor
from selfhost.evidence.model import Evidence
from selfhost.evidence.plan import Step
from selfhost.targets.embedded import inside
from selfhost.targets.model import Plan, documents, now
from selfhost.targets.recognise import SAMPLE, by_kind, maker, recognise, second


@dataclass(frozen=True, slots=True)
class FileTarget:
    """A file on this machine. ``kind`` is a source's name, such as ``jicofo.config``; without
    it, the file's name and content tell. ``text`` is how the user named it."""

    path: Path
    kind: str | None = None
    text: str = ""

    @property
    def name(self) -> str:
        """The path as it was given."""
        return self.text or str(self.path)

    def collect(self, plan: Plan | None = None) -> Evidence:
        """The file's evidence; larger than the limit of its kind, it comes as too large.

        Raises TargetError when it cannot be read, UsageError when nobody knows what it is.
        """
        file = _Given(self.path)
        steps = self._steps(file)
        step = steps[0]
        redactor = Redactor(os.urandom(32))
        record = read_file(step.name, self.name, file, redactor, step.max_bytes)
        if record is None or record["state"] == "absent":
            raise TargetError(f"{self.name} is not there")
        if record["state"] == "denied":
            raise _denied(self.name)
        if record["state"] == "failed":
            raise TargetError(f"{self.name} cannot be read: {record['reason']}")
        again = ({**record, "source": other.name} for other in steps[1:])
        records = [record, *again, *inside(record, redactor)]
        scope = frozenset(one["source"] for one in records)
        return Evidence(self.name, now(), documents(records), scope)

    def _steps(self, file: "_Given") -> tuple[Step, ...]:
        if self.kind:
            return (by_kind(self.kind),)
        try:
            sample = file.read("", SAMPLE).decode("utf-8", "replace")
        except PermissionError:
            raise _denied(self.name) from None
        except OSError as error:
            raise TargetError(f"{self.name} cannot be read: {error.strerror}") from None
        step = recognise(str(self.path.absolute()), sample)
        made = maker(str(self.path), sample) if step is None else None
        if made is not None:
            raise UsageError(
                f"{self.name} is {made[0]}: what it leaves on a server its text does not tell",
                hint=made[1],
            )
        if step is None:
            raise UsageError(
                f"{self.name} is not recognised as a file of a Jitsi server",
                hint="say what it is with --kind, such as --kind jicofo.config; "
                "selfhost collect --plan lists the kinds",
            )
        other = second(step, sample)
        return (step, other) if other is not None else (step,)


def _denied(name: str) -> TargetError:
    return TargetError(
        f"{name} may not be read by your user",
        hint="run as a user who may read it, or copy it to where yours may",
    )


class _Given:
    """One file, whatever it is called. Its mode and owner say nothing about a server."""

    def __init__(self, path: Path) -> None:
        self._real = str(path.resolve())
        self._disk = Disk("/")

    def look(self, _path: str) -> Look:
        """What the file is. Raises OSError."""
        found = self._disk.look(self._real)
        return Look(found.kind, found.size, "", "", "")

    def read(self, _path: str, limit: int) -> bytes:
        """Its first bytes. Raises OSError."""
        return self._disk.read(self._real, limit)
