"""A backup in memory, and its form as a tar: a manifest first, then the files it lists. Pure.

manifest.json                     format, release, domain, date, and of each file: name, kind,
                                  mode, size, SHA-256 (or where a link leads)
inventory/<path>                  of the inventory's folder
servers/<host>/<path>             of a server, by its name in the inventory
certificate.pem, private_key.pem  the pair that the settings name on the controller
"""

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from selfhost.backup.places import Kind, kind_of, link_kind
from selfhost.errors import UsageError

FORMAT = 1
MAX_BYTES = 96 * 1024 * 1024
MAX_FILES = 50_000
MANIFEST = "manifest.json"
OWN_PAIR = ("certificate.pem", "private_key.pem")
_PART = r"(?!\.)[A-Za-z0-9._ -]{1,100}"
_INVENTORY = re.compile(
    r"hosts\.yml|known_hosts|\.gitignore|waivers\.yml|statements(?:-[a-z0-9.-]{1,253})?\.intoto\.jsonl|"
    r"policy\.yml|policy-changes\.jsonl|"
    rf"(?:group_vars|host_vars)/(?:{_PART}/){{0,4}}{_PART}\.ya?ml"
)
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,252}")
DAMAGE = (tarfile.TarError, EOFError, ValueError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, or a link to ``target``."""

    name: str  # in the backup
    kind: str  # "settings", or one of places.Kind
    mode: int = 0o600
    content: bytes = field(default=b"", repr=False)
    target: str = ""

    @property
    def sha256(self) -> str:
        """Of the content; '' for a link."""
        return "" if self.target else hashlib.sha256(self.content).hexdigest()

    def described(self) -> dict[str, Any]:
        """Its entry of the manifest."""
        common = {"name": self.name, "kind": self.kind, "mode": f"{self.mode:04o}"}
        if self.target:
            return {**common, "target": self.target}
        return {**common, "size": len(self.content), "sha256": self.sha256}


@dataclass(frozen=True, slots=True)
class Backup:
    """All of it."""

    domain: str
    created: str  # ISO 8601, UTC
    release: str  # of selfhost
    entries: tuple[Entry, ...]

    def of_inventory(self) -> Iterator[tuple[str, Entry]]:
        """The inventory's files by their path in it."""
        for entry in self.entries:
            if entry.name.startswith("inventory/"):
                yield entry.name.removeprefix("inventory/"), entry

    def of_servers(self) -> Iterator[tuple[str, str, Entry]]:
        """The servers' files: host, path, entry."""
        for entry in self.entries:
            if split := server_path(entry.name):
                yield (*split, entry)

    def own_pair(self) -> tuple[Entry, ...]:
        """The certificate and key that lay beside the inventory; both or none."""
        return tuple(entry for entry in self.entries if entry.name in OWN_PAIR)


def server_path(name: str) -> tuple[str, str] | None:
    """Host and absolute path of ``servers/<host>/<path>``."""
    top, _, rest = name.partition("/")
    host, slash, path = rest.partition("/")
    return (host, slash + path) if top == "servers" and path else None


def pack(backup: Backup) -> bytes:
    """The tar. The same backup gives the same bytes."""
    manifest = {
        "schema": f"selfhost.backup/{FORMAT}",
        "selfhost": backup.release,
        "domain": backup.domain,
        "created": backup.created,
        "files": [entry.described() for entry in backup.entries],
    }
    text = (json.dumps(manifest, indent=1) + "\n").encode()
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for entry in (Entry(MANIFEST, "manifest", 0o644, text), *backup.entries):
            add(archive, entry.name, entry)
    if stream.tell() > MAX_BYTES:
        raise UsageError(f"there is more than a backup can hold ({MAX_BYTES // 1024 // 1024} MiB)")
    return stream.getvalue()


def add(archive: tarfile.TarFile, name: str, entry: Entry, owner: str = "root") -> None:
    """Write an entry into a tar."""
    member = tarfile.TarInfo(name)
    member.mode, member.uname, member.gname = entry.mode, owner, owner
    if entry.target:
        member.type, member.linkname = tarfile.SYMTYPE, entry.target
        archive.addfile(member)
    else:
        member.size = len(entry.content)
        archive.addfile(member, io.BytesIO(entry.content))


def unpack(content: bytes, name: str) -> Backup:
    """The backup in a tar. ``name`` is the file's, for messages.

    Raises UsageError when it is of a newer format, damaged, differs from its manifest, or holds
    what has no place in a backup.
    """
    manifest, members = _members(content, name)
    schema = str(manifest.get("schema", ""))
    number = re.fullmatch(r"selfhost\.backup/(\d{1,6})", schema)
    if number is None:
        raise UsageError(f"{name} is not a backup of selfhost")
    if int(number[1]) > FORMAT:
        raise UsageError(
            f"{name} has format {number[1]}, and this selfhost knows formats up to {FORMAT}",
            hint=f"selfhost {str(manifest.get('selfhost'))[:20]!r} made it: take that, or later",
        )
    try:
        domain = str(manifest["domain"])
        listed = {str(one["name"]): one for one in manifest["files"]}
        entries = tuple(
            _entry(members[item], listed[item], domain, name) for item in listed if item in members
        )
        if len(entries) != len(listed) or len(listed) != len(members):
            raise UsageError(f"{name} is damaged: it holds other files than its list says")
        return Backup(domain, str(manifest["created"]), str(manifest["selfhost"]), entries)
    except (KeyError, TypeError, ValueError):
        raise UsageError(f"{name} is damaged: its list of files is not understood") from None


def _members(content: bytes, name: str) -> tuple[dict[str, Any], dict[str, Entry]]:
    manifest: dict[str, Any] = {}
    found: dict[str, Entry] = {}
    try:
        for entry in read_tar(content):
            if not manifest:
                if entry.name != MANIFEST:
                    break
                manifest = json.loads(entry.content)
            elif entry.name in found:
                raise UsageError(f"{name} is damaged: it holds {entry.name!r} twice")
            else:
                found[entry.name] = entry
    except DAMAGE:
        raise UsageError(f"{name} is damaged") from None
    return manifest if isinstance(manifest, dict) else {}, found


def read_tar(content: bytes) -> Iterator[Entry]:
    """The files and links of a tar in memory; anything else in it is a ValueError.

    Raises ValueError or another of tarfile's when it is damaged.
    """
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
        count = 0
        while (member := archive.next()) is not None:
            count += 1
            if count > MAX_FILES:
                raise ValueError("too many members")
            if member.issym():
                yield Entry(member.name, "", 0o777, target=member.linkname)
            elif member.isreg() and not member.issparse():
                stream = archive.extractfile(member)
                data = b"" if stream is None else stream.read()
                if len(data) != member.size:
                    raise ValueError("cut off")
                yield Entry(member.name, "", member.mode & 0o777, data)
            else:
                raise ValueError(f"{member.name!r} is neither file nor link")


def _entry(found: Entry, listed: dict[str, Any], domain: str, name: str) -> Entry:
    kind = judged(found, domain)
    if kind is None:
        raise UsageError(
            f"{name} holds {found.name[:200]!r}, which has no place in a backup",
            hint="somebody made this file; do not restore it",
        )
    entry = Entry(found.name, kind, int(listed["mode"], 8) & 0o777, found.content, found.target)
    if entry.described() != {**listed, "kind": kind}:
        raise UsageError(f"{name} is damaged: {found.name!r} is not what its list says")
    return entry


def judged(entry: Entry, domain: str) -> str | None:
    """What an entry is by its name; None when it has no place in a backup."""
    if not entry.target and (entry.name in OWN_PAIR or in_inventory(entry.name)):
        return "settings"
    split = server_path(entry.name)
    if split is None or not _HOST.fullmatch(split[0]):
        return None
    kind: Kind | None = (
        link_kind(split[1], entry.target, domain) if entry.target else kind_of(split[1], domain)
    )
    return None if kind is None else str(kind)


def in_inventory(name: str) -> bool:
    """Whether ``inventory/...`` is one of the files that make a site's settings."""
    top, _, path = name.partition("/")
    return top == "inventory" and ".." not in path and bool(_INVENTORY.fullmatch(path))
