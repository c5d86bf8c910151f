"""Saved images: what ``docker save`` and ``podman save`` write, and OCI layouts as tars.

Layers are read in one pass and in memory; none is unpacked. What a layer hides of those below it:
opencontainers/image-spec, layer.md (whiteouts).
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from selfhost.errors import TargetError
from selfhost.evidence.archive import members, members_of, unpacked
from selfhost.evidence.collector.redactor import Redactor
from selfhost.evidence.model import Evidence, State
from selfhost.targets import inside, inspected
from selfhost.targets.image_outline import Image, member_name
from selfhost.targets.model import Plan, documents, now
from selfhost.targets.tar_tree import MAX_KEPT, MAX_UNPACKED, Entry, TarTree, entries, useful

MAX_ENTRIES = 500_000  # of all layers
_ZSTD = b"\x28\xb5\x2f\xfd"
_WHITEOUT, _OPAQUE = ".wh.", ".wh..wh..opq"


def read_tree(path: Path, image: Image) -> TarTree:
    """The image's files as its layers leave them. Raises TargetError."""
    layers: dict[str, dict[str, Entry]] = {}
    budget = _Budget(path)
    wanted = set(image.layers)
    with members(path, MAX_UNPACKED) as each:
        for member, content in each:
            name = member_name(member.name)
            if name is None or name not in wanted or name in layers:
                continue
            stream = content.stream()
            if stream is not None:
                layers[name] = _layer(stream, f"{path}: layer {name[:80]}", budget)
    missing = [layer for layer in image.layers if layer not in layers]
    if missing:
        raise TargetError(
            f"{path} lacks {len(missing)} of its {len(image.layers)} layers: {missing[0][:120]}",
            hint="save the image again",
        )
    return _merged([layers[name] for name in image.layers])


@dataclass(slots=True)
class _Budget:
    path: Path
    unpacked: int = 0
    kept: int = 0
    entries: int = 0

    def spend(self, size: int) -> None:
        self.kept += size
        self.entries += 1
        if self.entries > MAX_ENTRIES:
            raise TargetError(f"{self.path} has more than {MAX_ENTRIES} files in its layers")
        if self.kept > MAX_KEPT:
            limit = MAX_KEPT // (1024 * 1024)
            raise TargetError(f"{self.path} holds more than {limit} MiB of files to look at")


def _layer(stream: IO[bytes], name: str, budget: _Budget) -> dict[str, Entry]:
    start = stream.read(4)
    stream.seek(0)
    if start == _ZSTD:
        raise TargetError(
            f"{name} is compressed with zstd, which is not read",
            hint="save it as a Docker archive: docker save, or podman save --format docker-archive",
        )
    tree = _Layer()
    plain = unpacked(stream)
    try:
        with members_of(plain, name, MAX_UNPACKED - budget.unpacked) as each:
            for path, entry in entries(each, useful):
                budget.spend(len(entry.content or b""))
                tree.add(path, entry)
        budget.unpacked += plain.tell()
    except OSError as error:
        raise TargetError(f"{name} is damaged: {error}", hint="save the image again") from None
    return tree.entries


class _Layer(TarTree):
    """One layer; names that hide something below stay in it."""

    @property
    def entries(self) -> dict[str, Entry]:
        return self._entries


def _merged(layers: Sequence[dict[str, Entry]]) -> TarTree:
    """From the top down: what a layer above has, replaced or removed is not taken from below."""
    tree = TarTree()
    seen: dict[str, bool] = {}  # path: whether what lies below it can still be seen
    hidden: set[str] = set()
    for layer in reversed(layers):
        below: set[str] = set()
        added: dict[str, bool] = {}
        for path, entry in layer.items():
            folder, _, name = path.rpartition("/")
            if name == _OPAQUE:
                below.add(folder)
            elif name.startswith(_WHITEOUT):
                below.add(f"{folder}/{name.removeprefix(_WHITEOUT)}")
                added.setdefault(f"{folder}/{name.removeprefix(_WHITEOUT)}", False)
            elif path not in seen and not _is_hidden(path, seen, hidden):
                tree.add(path, entry)
                added[path] = entry.kind == "directory"
        seen.update(added)
        hidden |= below
    tree.settle(whole=True)
    return tree


def _is_hidden(path: str, seen: Mapping[str, bool], hidden: set[str]) -> bool:
    folder = path.rpartition("/")[0]
    while True:
        if folder in hidden or not seen.get(folder, True):
            return True
        if not folder:
            return False
        folder = folder.rpartition("/")[0]


def evidence(path: Path, image: Image, name: str, plan: Plan | None = None) -> Evidence:
    """What an image holds and what its containers would be started with.

    What its programs are told is written when a container starts: a setting that is not there
    is out of scope, not absent. Raises TargetError.
    """
    redactor = Redactor(os.urandom(32))
    moment = now()
    look = inside.look(read_tree(path, image), image.name, redactor, runs=False)
    records = [record for record in look.records if record["state"] != State.ABSENT]
    service = inspected.image_service(image.name, image.config, redactor)
    records.append(inspected.compose(f"{name}#config", {"image": service}))
    if plan is not None:
        records = [r for r in records if r["source"] in {step.name for step in plan}]
    return Evidence(name, moment, documents(records), frozenset(r["source"] for r in records))
