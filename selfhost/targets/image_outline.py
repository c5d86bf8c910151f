"""What a saved image consists of: its layers and its own configuration.

Formats: Docker's ``manifest.json`` (moby/moby: image/spec) and the OCI's ``index.json``
(opencontainers/image-spec: image-layout.md).
"""

import json
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from selfhost.errors import TargetError
from selfhost.evidence.archive import members
from selfhost.targets.tar_tree import MAX_UNPACKED

MAX_LAYERS = 500
MAX_JSON = 4 * 1024 * 1024
MAX_TEXTS = 64 * 1024 * 1024
_INDEX_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
#: What comes of JSON of another shape than an image's.
_SHAPES = (TypeError, AttributeError, KeyError)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Image:
    """``layers``: names of the archive's members, the lowest first. ``config`` is the image's own
    (``Env``, ``Cmd``, ``Entrypoint``, ``ExposedPorts``)."""

    name: str
    layers: tuple[str, ...]
    config: Mapping[str, Any]


@dataclass(slots=True)
class _Outline:
    """The small parts of an archive: JSON by member name, and where links lead."""

    texts: dict[str, bytes] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)


def outline(path: Path) -> Image | None:
    """The image that an archive holds, ``None`` where it is another tar. Raises TargetError."""
    found, kept = _Outline(), 0
    with members(path, MAX_UNPACKED) as each:
        for member, read in each:
            name = member_name(member.name)
            if name is None:
                continue
            if member.issym() or member.islnk():
                base = posixpath.dirname(name) if member.issym() else ""
                found.links[name] = posixpath.normpath(posixpath.join(base, member.linkname))
            elif member.isreg() and member.size <= MAX_JSON and _may_be_json(name):
                text = read(MAX_JSON)
                if text.lstrip()[:1] in (b"{", b"["):
                    found.texts[name] = text
                    kept += len(text)
                if kept > MAX_TEXTS:
                    raise TargetError(f"{path} has more descriptions of layers than an image has")
    try:
        if "manifest.json" in found.texts:
            return _docker(found, path)
        return _oci(found, path) if {"oci-layout", "index.json"} <= found.texts.keys() else None
    except _SHAPES:
        raise _damaged(path) from None


def member_name(name: str) -> str | None:
    """A member's name as the lists of layers have it; ``None`` where it leads out."""
    plain = posixpath.normpath(name).lstrip("/")
    return None if plain.startswith("..") or plain == "." else plain


def _may_be_json(name: str) -> bool:
    top = "/" not in name and (name.endswith(".json") or name == "oci-layout")
    return top or name.startswith("blobs/")


def _parsed(found: _Outline, name: str) -> object:
    try:
        return cast("object", json.loads(found.texts[name]))
    except (ValueError, RecursionError):
        return None


def _docker(found: _Outline, path: Path) -> Image | None:
    listed = _parsed(found, "manifest.json")
    if not isinstance(listed, list):
        return None
    items = [item for item in listed if isinstance(item, dict) and "Layers" in item]
    if not items:
        return None
    if len(items) > 1:
        names = ", ".join(str((item.get("RepoTags") or ["?"])[0])[:80] for item in items[:5])
        raise TargetError(
            f"{path} holds {len(items)} images: {names}", hint="save one image at a time"
        )
    item = items[0]
    layers = item.get("Layers")
    if not isinstance(layers, list) or not all(isinstance(layer, str) for layer in layers):
        raise _damaged(path)
    tags = item.get("RepoTags")
    name = str(tags[0]) if isinstance(tags, list) and tags else ""
    return Image(name, _followed(found, layers, path), _config(found, item.get("Config"), path))


def _oci(found: _Outline, path: Path) -> Image:
    index = _object(_parsed(found, "index.json"), path)
    for _ in range(4):  # an index may name another one
        entries = [e for e in index.get("manifests") or () if isinstance(e, dict)]
        entries = [e for e in entries if not _is_attestation(e)]
        if len(entries) != 1:
            raise TargetError(
                f"{path} holds {len(entries)} images or platforms", hint="save one of them"
            )
        notes = entries[0].get("annotations") or {}
        name = str(notes.get("org.opencontainers.image.ref.name") or "")
        name = str(notes.get("io.containerd.image.name") or name)
        inner = _object(_parsed_blob(found, entries[0].get("digest"), path), path)
        if entries[0].get("mediaType") in _INDEX_TYPES or "manifests" in inner:
            index = inner
            continue
        blobs = [e.get("digest") for e in inner.get("layers") or () if isinstance(e, dict)]
        layers = [_blob(digest, path) for digest in blobs]
        config = inner.get("config")
        digest = config.get("digest") if isinstance(config, dict) else None
        return Image(
            name, _followed(found, layers, path), _config(found, _blob(digest, path), path)
        )
    raise _damaged(path)


def _is_attestation(entry: Json) -> bool:
    platform = entry.get("platform")
    return isinstance(platform, dict) and platform.get("os") == "unknown"


def _blob(digest: object, path: Path) -> str:
    algorithm, _, value = str(digest or "").partition(":")
    if not value.isalnum() or not algorithm.isalnum():
        raise _damaged(path)
    return f"blobs/{algorithm}/{value}"


def _parsed_blob(found: _Outline, digest: object, path: Path) -> object:
    name = _blob(digest, path)
    return _parsed(found, name) if name in found.texts else None


def _config(found: _Outline, name: object, path: Path) -> Mapping[str, Any]:
    known = isinstance(name, str) and member_name(name) in found.texts
    whole = _object(_parsed(found, str(member_name(str(name)))) if known else None, path)
    config = whole.get("config")
    return config if isinstance(config, dict) else {}


def _object(value: object, path: Path) -> Json:
    if not isinstance(value, dict):
        raise _damaged(path)
    return value


def _damaged(path: Path) -> TargetError:
    return TargetError(
        f"{path} looks like a saved image, and its list of layers was not understood",
        hint="save the image again with docker save or podman save",
    )


def _followed(found: _Outline, layers: Sequence[str], path: Path) -> tuple[str, ...]:
    """Old archives hold a layer that several images share as a link to the first one's."""
    if len(layers) > MAX_LAYERS:
        raise TargetError(f"{path} names more than {MAX_LAYERS} layers")
    names = []
    for layer in layers:
        name = member_name(layer) or ""
        for _ in range(8):
            name = found.links.get(name, name)
        names.append(name)
    return tuple(names)
