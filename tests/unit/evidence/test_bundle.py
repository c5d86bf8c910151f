"""A bundle keeps evidence to the byte, and a bad one is refused in one sentence."""

import gzip
import io
import json
import tarfile
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from selfhost.errors import TargetError, UsageError
from selfhost.evidence.bundle import read_bundle, to_bytes, write_bundle
from selfhost.evidence.model import Document, Evidence, State

EVIDENCE = Evidence(
    "ssh://root@meet.example.org",
    "2026-01-02T03:04:05Z",
    (
        Document("a", "/etc/a/../x", State.PRESENT, b"\x00\xff\n", "0" * 64, mode="0640"),
        Document("a", "$ nginx -T", State.PRESENT, b"", "1" * 64, owner="root:root"),
        Document("b", "/b/*", State.ABSENT),
        Document("c", "/c", State.FAILED, reason="why\u2603"),
    ),
    frozenset({"a", "b", "c"}),
)


def archive(*members: tuple[str, bytes], kind: bytes = tarfile.REGTYPE) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz") as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size, info.type = len(content), kind
            info.linkname = "/etc/passwd" if kind != tarfile.REGTYPE else ""
            tar.addfile(info, io.BytesIO(content))
    return raw.getvalue()


def manifest(**changes: Any) -> bytes:
    good: dict[str, Any] = {
        "schema": "selfhost.evidence/1",
        "target": "t",
        "collected_at": "2026-01-02T03:04:05Z",
        "scope": None,
        "documents": [],
    }
    return json.dumps({**good, **changes}).encode()


def test_there_and_back(tmp_path: Path) -> None:
    path = tmp_path / "e.tar.gz"
    write_bundle(EVIDENCE, path)
    assert read_bundle(path) == EVIDENCE
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes() == to_bytes(read_bundle(path))
    whole = Evidence("x", EVIDENCE.collected_at, ())
    write_bundle(whole, path)
    assert read_bundle(path) == whole
    assert [entry.name for entry in tmp_path.iterdir()] == ["e.tar.gz"]


def test_the_manifest_fits_its_schema(tmp_path: Path) -> None:
    schema = json.loads(files("selfhost.evidence").joinpath("schema/evidence-1.json").read_text())
    with tarfile.open(fileobj=io.BytesIO(to_bytes(EVIDENCE))) as tar:
        member = tar.extractfile("manifest.json")
        assert member is not None
        written = json.load(member)
    jsonschema.Draft202012Validator(schema).validate(written)
    for broken in ({**written, "schema": "x"}, {**written, "more": 1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(schema).validate(broken)


DOCUMENT = dict.fromkeys(("source", "path", "sha256", "reason", "mode", "owner", "target"), "")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no archive", "damaged"),
        (to_bytes(EVIDENCE)[:-40], "damaged"),
        (archive(("other", b"")), "does not belong"),
        (archive(("manifest.json", b"{")), "not JSON"),
        (archive(("manifest.json", b"[" * 100000)), "not JSON"),
        (archive(("manifest.json", b"[]")), "not an object"),
        (archive(("manifest.json", manifest(schema="selfhost.evidence/2"))), "this version reads"),
        (archive(("manifest.json", manifest(schema=1))), "does not name the schema"),
        (archive(("manifest.json", manifest(target=5))), "missing"),
        (archive(("manifest.json", manifest(target="\ud800"))), "missing"),
        (archive(("manifest.json", manifest(collected_at="2026-99-02T03:04:05Z"))), "no time"),
        (archive(("manifest.json", manifest(scope="a"))), "scope"),
        (archive(("manifest.json", manifest(documents=[1]))), "lacks a field"),
        (archive(("manifest.json", manifest(documents=[{**DOCUMENT, "state": "x"}]))), "no state"),
        (
            archive(("manifest.json", manifest(documents=[{**DOCUMENT, "state": "present"}]))),
            "is missing",
        ),
        (archive(("manifest.json", manifest()), ("../../etc/x", b"")), "does not belong"),
        (archive(("manifest.json", manifest()), ("documents/0000-x", b"")), "is not in"),
        (archive(("manifest.json", b""), kind=tarfile.SYMTYPE), "not a plain file"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_bundle_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "e.tar.gz"
    path.write_bytes(content)
    with pytest.raises(TargetError, match=said) as caught:
        read_bundle(path)
    assert caught.value.hint


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "e.tar.gz"
    info = tarfile.TarInfo("manifest.json")
    info.size = 1 << 40
    path.write_bytes(gzip.compress(info.tobuf() + bytes(1 << 20)))
    with pytest.raises(TargetError):
        read_bundle(path)
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 1 << 33
    path.write_bytes(gzip.compress(header.tobuf() + bytes(1 << 20)))
    with pytest.raises(TargetError):
        read_bundle(path)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        write_bundle(EVIDENCE, tmp_path / "none" / "e.tar.gz")
