"""Evidence as one file: a ``.tar.gz`` with ``manifest.json`` and the documents' contents.

The same evidence gives the same bytes. A bundle may come from anyone: it is read in memory,
nothing is extracted, and what does not fit ``schema/evidence-1.json`` is refused.
"""

import gzip
import io
import json
import re
import tarfile
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from selfhost import whole_file
from selfhost.errors import TargetError, UsageError
from selfhost.evidence.archive import members
from selfhost.evidence.model import Document, Evidence, State

SCHEMA = "selfhost.evidence/1"
MANIFEST = "manifest.json"
MAX_BYTES = 128 * 1024 * 1024  # unpacked
MAX_DOCUMENTS = 50_000
_MAX_MANIFEST = 8 * 1024 * 1024
_MAX_CONTENT = 8 * 1024 * 1024
_MAX_TEXT = 4096
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z", re.ASCII)
_FILE = re.compile(r"documents/\d{4,5}-[\w.-]{1,80}", re.ASCII)
_HALF = re.compile("[\ud800-\udfff]")  # half of a character cannot be printed
_TEXTS = ("source", "path", "state", "sha256", "reason", "mode", "owner", "target")


def write_bundle(evidence: Evidence, path: Path) -> None:
    """Write the bundle in one step, readable for its owner only; an existing file is replaced.

    Raises UsageError when it cannot be written there.
    """
    content = to_bytes(evidence)
    try:
        whole_file.put(path, content)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}",
            hint="name a file in a folder of yours",
        ) from None


def to_bytes(evidence: Evidence) -> bytes:
    """The bundle's bytes; they depend on nothing but the evidence."""
    clock = datetime.fromisoformat(evidence.collected_at.replace("Z", "+00:00"))
    moment = int(clock.astimezone(UTC).timestamp())
    documents: list[dict[str, str]] = []
    files: list[tuple[str, bytes]] = []
    for number, document in enumerate(evidence.documents):
        entry = {name: str(getattr(document, name)) for name in _TEXTS}
        if document.state is State.PRESENT:
            entry["file"] = _file_name(number, document)
            files.append((entry["file"], document.content))
        documents.append(entry)
    manifest = {
        "schema": SCHEMA,
        "target": evidence.target,
        "collected_at": evidence.collected_at,
        "scope": None if evidence.scope is None else sorted(evidence.scope),
        "documents": documents,
    }
    text = json.dumps(manifest, indent=1, sort_keys=True) + "\n"
    raw = io.BytesIO()
    with (
        gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=6, mtime=moment) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for name, content in [(MANIFEST, text.encode("ascii")), *files]:
            member = tarfile.TarInfo(name)
            member.size, member.mode, member.mtime = len(content), 0o600, moment
            archive.addfile(member, io.BytesIO(content))
    return raw.getvalue()


def _file_name(number: int, document: Document) -> str:
    base = PurePosixPath(document.path).name or document.source
    return f"documents/{number:04}-{re.sub(r'[^A-Za-z0-9_.-]+', '-', base)[:60] or 'document'}"


def is_bundle(path: Path) -> bool:
    """Whether the archive begins with a bundle's manifest, which is no list as that of a saved
    container image is. Raises TargetError."""
    with members(path, MAX_BYTES) as found:
        for member, read in found:
            return member.name == MANIFEST and not read(64).lstrip().startswith(b"[")
    return False


def read_bundle(path: Path) -> Evidence:
    """The evidence in a bundle. Raises TargetError, with what is wrong with it."""
    manifest: dict[str, Any] | None = None
    contents: dict[str, bytes] = {}
    with members(path, MAX_BYTES) as found:
        for member, read in found:
            if not member.isreg() or member.name in contents:
                raise _damaged(path, f"{member.name[:200]!r} is not a plain file of its own")
            if member.name == MANIFEST:
                if manifest is not None:
                    raise _damaged(path, "it has two manifests")
                manifest = _manifest(path, read(_MAX_MANIFEST + 1))
            elif not _FILE.fullmatch(member.name) or len(contents) >= MAX_DOCUMENTS:
                raise _damaged(path, f"{member.name[:200]!r} does not belong into it")
            elif member.size > _MAX_CONTENT:
                raise _damaged(path, f"{member.name!r} is too large")
            else:
                contents[member.name] = read(_MAX_CONTENT)
    if manifest is None:
        raise _damaged(path, f"{MANIFEST} is missing")
    return _evidence(path, manifest, contents)


def _manifest(path: Path, raw: bytes) -> dict[str, Any]:
    if len(raw) > _MAX_MANIFEST:
        raise _damaged(path, f"{MANIFEST} is too large")
    try:
        manifest = json.loads(raw)
    except (ValueError, RecursionError):
        raise _damaged(path, f"{MANIFEST} is not JSON") from None
    if not isinstance(manifest, dict):
        raise _damaged(path, f"{MANIFEST} is not an object")
    schema = manifest.get("schema")
    if schema != SCHEMA:
        if isinstance(schema, str) and schema.startswith("selfhost.evidence/"):
            raise TargetError(
                f"{path} is of the format {schema[:60]!r}, and this version reads {SCHEMA}",
                hint="use the version of selfhost that wrote it, or collect again",
            )
        raise _damaged(path, f"{MANIFEST} does not name the schema {SCHEMA}")
    return manifest


def _evidence(path: Path, manifest: dict[str, Any], contents: dict[str, bytes]) -> Evidence:
    target, moment = manifest.get("target"), manifest.get("collected_at")
    scope, entries = manifest.get("scope"), manifest.get("documents")
    if not _is_text(target) or not _is_text(moment) or not _TIME.fullmatch(str(moment)):
        raise _damaged(path, "target or time of collection is missing")
    try:
        datetime.fromisoformat(str(moment).replace("Z", "+00:00"))
    except ValueError:
        raise _damaged(path, "its time of collection is no time") from None
    if scope is not None and not (isinstance(scope, list) and all(_is_text(s) for s in scope)):
        raise _damaged(path, "its scope is not a list of names")
    if not isinstance(entries, list) or len(entries) > MAX_DOCUMENTS:
        raise _damaged(path, "its list of documents is missing or too long")
    documents = tuple(_document(path, entry, contents) for entry in entries)
    if contents:
        raise _damaged(path, f"{min(contents)!r} is not in {MANIFEST}")
    return Evidence(
        str(target), str(moment), documents, None if scope is None else frozenset(scope)
    )


def _document(path: Path, entry: object, contents: dict[str, bytes]) -> Document:
    if not isinstance(entry, dict) or not all(_is_text(entry.get(name)) for name in _TEXTS):
        raise _damaged(path, "a document lacks a field")
    try:
        state = State(entry["state"])
    except ValueError:
        raise _damaged(path, f"{entry['state'][:40]!r} is no state of a document") from None
    content = b""
    if state is State.PRESENT:
        name = entry.get("file")
        if not isinstance(name, str) or name not in contents:
            raise _damaged(path, f"the content of {entry['path'][:200]!r} is missing")
        content = contents.pop(name)
    texts = {name: entry[name] for name in _TEXTS if name != "state"}
    return Document(state=state, content=content, **texts)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _MAX_TEXT and not _HALF.search(value)


def _damaged(path: Path, what: str) -> TargetError:
    return TargetError(
        f"{path} is not a valid evidence bundle: {what}",
        hint="write it anew with selfhost collect -o FILE",
    )
