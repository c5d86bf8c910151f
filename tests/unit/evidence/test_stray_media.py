"""Recordings are told by name and first bytes; everything else is left alone."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from selfhost.evidence.collector import disk, media

MP4 = b"\0\0\0\x20ftypisom" + b"\0" * (300 << 10)


def search(folder: Path) -> tuple[dict[str, Any], list[str]]:
    step = {"name": "host.stray_media", "places": ["media", str(folder)], "max_bytes": 1 << 20}
    record = media.probe_media(step)
    lines = [json.loads(line) for line in record["content"].splitlines()]
    return record, [f"{Path(line['path']).name} {line['type']}" for line in lines]


def test_recordings_are_found_under_any_name(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "call.mp4").write_bytes(MP4)
    (tmp_path / "deep" / "notes.bin").write_bytes(b"\x1aE\xdf\xa3" + b"\0" * (2 << 20))
    (tmp_path / "transcript_board.txt").write_text("hello")
    record, found = search(tmp_path)
    assert record["state"] == "present"
    assert found == ["call.mp4 media", "notes.bin media", "transcript_board.txt transcript"]
    assert b"hello" not in record["content"]


def test_what_only_looks_like_one_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "code.ts").write_bytes(b"export const a = 1;\n" * 20000)
    (tmp_path / "short.mp4").write_bytes(MP4[:1000])
    (tmp_path / "photo.heic").write_bytes(b"\0\0\0\x20ftypheic" + b"\0" * (2 << 20))
    (tmp_path / "empty.vtt").write_bytes(b"")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "demo.mp4").write_bytes(MP4)
    (tmp_path / "link.mp4").symlink_to(tmp_path / "node_modules" / "demo.mp4")
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.mp4")
    record, found = search(tmp_path)
    assert found == []
    assert record["reason"] == ""


def test_a_search_that_was_cut_short_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        (tmp_path / str(number)).mkdir()
    monkeypatch.setattr(media, "_MAX_SEEN", 3)
    record, _ = search(tmp_path)
    assert record["reason"].startswith("stopped after")


@pytest.mark.parametrize(("user", "said"), [(1000, "2 folders and files may not be read"), (0, "")])
def test_what_may_not_be_read_is_said(
    user: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed.mp4").write_bytes(MP4)
    (tmp_path / "open.mp4").write_bytes(MP4)
    scandir, read = os.scandir, disk.Disk.read

    def refusing(path: str) -> Any:
        if path.endswith("/closed"):
            raise PermissionError(path)
        return scandir(path)

    def refusing_read(disk: Any, path: str, limit: int) -> bytes:
        if path.endswith("closed.mp4"):
            raise PermissionError(path)
        return read(disk, path, limit)

    monkeypatch.setattr(os, "scandir", refusing)
    monkeypatch.setattr(disk.Disk, "read", refusing_read)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    record, found = search(tmp_path)
    assert record["reason"] == said
    assert found == ["open.mp4 media"]
